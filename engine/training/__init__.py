"""The paper's recipe at small size: drawn scenes, LM + ITC + ITM, export and evaluation."""

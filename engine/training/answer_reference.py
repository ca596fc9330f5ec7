"""An answerer through transformers' own class: what its answers are measured with."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import BertTokenizer, BlipConfig, BlipForQuestionAnswering, GenerationConfig

_CHUNK = 64
_BEAMS = 3  # the paper's


class AnswerReference:
    """The answerer in one folder, in float32. Pictures come as image tokens."""

    def __init__(self, folder: Path) -> None:
        """Load it from `folder`; raises OSError or ValueError where files are missing."""
        config = BlipConfig.from_pretrained(folder)
        self.tokenizer = BertTokenizer.from_pretrained(folder)
        self.network = BlipForQuestionAnswering(config).eval()
        stored = load_file(folder / "model.safetensors")
        lacking = self.network.load_state_dict(stored, strict=False)
        tied = ("vision_model.", "text_decoder.cls.predictions.decoder.")
        missing = [name for name in lacking.missing_keys if not name.startswith(tied)]
        if missing or lacking.unexpected_keys:
            raise ValueError(f"{folder} is no answerer: {missing or lacking.unexpected_keys}")
        self._enc: int = config.photo_narrator["enc_token_id"]
        self._longest = GenerationConfig.from_pretrained(folder).max_length

    def answers(self, questions: Sequence[str], seen: Tensor) -> list[str]:
        """Return an answer for each question about its own picture; `seen` (N, tokens, width).

        Questions of one length go together: padding would be looked at.
        """
        ids = [self.tokenizer(question)["input_ids"] for question in questions]
        by_length: dict[int, list[int]] = defaultdict(list)
        for place, row in enumerate(ids):
            by_length[len(row)].append(place)
        said: dict[int, str] = {}
        for places in by_length.values():
            for start in range(0, len(places), _CHUNK):
                some = places[start : start + _CHUNK]
                rows = torch.tensor([[self._enc, *ids[place][1:]] for place in some])
                said |= zip(some, self._answered(rows, seen[torch.tensor(some)]), strict=True)
        return [said[place] for place in range(len(questions))]

    @torch.inference_mode()
    def _answered(self, ids: Tensor, seen: Tensor) -> list[str]:
        text = self.network.config.text_config
        states = self.network.text_encoder(
            input_ids=ids, attention_mask=torch.ones_like(ids), encoder_hidden_states=seen
        ).last_hidden_state
        start = torch.full((len(ids), 1), text.bos_token_id)
        written = self.network.text_decoder.generate(
            input_ids=start,
            attention_mask=torch.ones_like(start),
            encoder_hidden_states=states,
            encoder_attention_mask=torch.ones(states.shape[:2], dtype=torch.long),
            eos_token_id=text.sep_token_id,
            pad_token_id=text.pad_token_id,
            max_length=self._longest,
            num_beams=_BEAMS,
        )
        texts: list[str] = self.tokenizer.batch_decode(written, skip_special_tokens=True)
        return texts

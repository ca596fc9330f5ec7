"""The answerer's recipe: it learns on frozen eyes, resumes exactly, and exports what both load."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer
from transformers import logging as transformers_logging

from engine.blip.describer import BlipDescriber
from engine.checkpoints import find_set
from engine.describer import Picture
from engine.training import tokens
from engine.training.answer_batches import make_answer_batch
from engine.training.answer_reference import AnswerReference
from engine.training.evaluate import evaluate, table
from engine.training.evaluate_answers import asked_of, is_right
from engine.training.export import export
from engine.training.export_answerer import export_answerer
from engine.training.held_out import held_out
from engine.training.model import SampleBlip, sample_config
from engine.training.objectives import normalised
from engine.training.question_words import UNKNOWN
from engine.training.questions import Question
from engine.training.reference import Reference
from engine.training.train_answers import AnswerPlan, AnswerTrainer

_SHAPE = {"width": 64, "vision_layers": 2, "text_layers": 1, "text_inner": 64}
_PLAN = AnswerPlan(steps=20, pictures=6, questions=4, peak=2e-3)


@pytest.fixture(autouse=True)
def _one_quiet_thread() -> Iterator[None]:
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """A small sample checkpoint with random weights."""
    torch.manual_seed(4)
    export(SampleBlip(sample_config(**_SHAPE)), tmp_path / "sample", 3)
    return tmp_path / "sample"


def test_a_few_steps_lower_the_loss(checkpoint: Path) -> None:
    trainer = AnswerTrainer(_PLAN, checkpoint)
    batch = make_answer_batch(0, 6, 4)
    lost = [trainer.learn(batch) for _ in range(12)]
    assert min(lost[-3:]) < 0.9 * lost[0]


def test_the_eyes_are_not_changed_and_the_checkpoint_neither(checkpoint: Path) -> None:
    def hashed() -> dict[str, str]:
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in checkpoint.iterdir()}

    before = hashed()
    trainer = AnswerTrainer(_PLAN, checkpoint)
    eyes = {key: value.clone() for key, value in trainer.vision.state_dict().items()}
    for step in range(3):
        trainer.learn(make_answer_batch(step, 6, 4))
    for key, value in trainer.vision.state_dict().items():
        assert torch.equal(value, eyes[key]), key
    assert hashed() == before


def test_resuming_is_bit_identical(checkpoint: Path, tmp_path: Path) -> None:
    batches = [make_answer_batch(step, 4, 3) for step in range(4)]
    straight = AnswerTrainer(_PLAN, checkpoint)
    for batch in batches:
        straight.learn(batch)
    halfway = AnswerTrainer(_PLAN, checkpoint)
    for batch in batches[:2]:
        halfway.learn(batch)
    halfway.save(tmp_path / "answerer.pt")
    resumed = AnswerTrainer(_PLAN, checkpoint)
    resumed.load(tmp_path / "answerer.pt")
    assert resumed.step == 2
    for batch in batches[2:]:
        resumed.learn(batch)
    for name, value in straight.model.state_dict().items():
        assert torch.equal(value, resumed.model.state_dict()[name]), name


def test_a_run_goes_on_from_an_answerer_on_other_eyes(checkpoint: Path, tmp_path: Path) -> None:
    first = AnswerTrainer(_PLAN, checkpoint)
    first.learn(make_answer_batch(0, 6, 4))
    export_answerer(first.model, checkpoint, tmp_path / "answerer", 600)
    export(SampleBlip(sample_config(**_SHAPE)), tmp_path / "retrained", 9)
    second = AnswerTrainer(AnswerPlan(steps=1600), tmp_path / "retrained")
    second.start_from(tmp_path / "answerer")
    assert second.step == 600
    assert second.rate() < 0.02 * second.plan.peak
    for name, value in first.model.state_dict().items():
        there = second.model.state_dict()[name]
        torch.testing.assert_close(value, there, atol=1e-3, rtol=1e-3)
    second.save(tmp_path / "answerer.pt")
    third = AnswerTrainer(second.plan, tmp_path / "retrained")
    third.load(tmp_path / "answerer.pt")
    assert (third.step, third.rate()) == (600, second.rate())
    small = {**_SHAPE, "text_layers": 2}
    export(SampleBlip(sample_config(**small)), tmp_path / "other", 9)
    with pytest.raises(ValueError, match="shape"):
        AnswerTrainer(_PLAN, tmp_path / "other").start_from(tmp_path / "answerer")


def test_it_starts_with_the_words_and_layers_of_the_checkpoint(checkpoint: Path) -> None:
    trainer = AnswerTrainer(_PLAN, checkpoint)
    reference = Reference(checkpoint)
    mine, theirs = trainer.model.text_encoder, reference.matcher.text_encoder
    name = "encoder.layer.0.crossattention.self.key.weight"
    assert torch.equal(mine.state_dict()[name], theirs.state_dict()[name])
    words, known = tokens.answers(), tokens.captions()
    for one, other in (
        (mine.embeddings, theirs.embeddings),
        (
            trainer.model.text_decoder.bert.embeddings,
            reference.captioner.text_decoder.bert.embeddings,
        ),
    ):
        mine_dog = one.word_embeddings.weight[words.ids["dog"]]
        assert torch.equal(mine_dog, other.word_embeddings.weight[known.ids["dog"]])
    bias = trainer.model.text_decoder.cls.predictions.decoder.bias
    wanted = reference.captioner.text_decoder.cls.predictions.decoder.bias
    assert torch.equal(bias[words.ids["dog"]], wanted[known.ids["dog"]])


def test_questions_side_by_side_are_read_as_one_by_one(checkpoint: Path) -> None:
    model = AnswerTrainer(_PLAN, checkpoint).model.eval()
    asked = [["is it red?", "how many dogs are there in this picture?"], ["what", "where is it?"]]
    seen = torch.randn(2, 65, 64)
    with torch.inference_mode():
        states, mask = model.read(asked, seen)
        for place, text in enumerate(text for each in asked for text in each):
            (alone,), _ = model.read([[text]], seen[place // 2 : place // 2 + 1])
            length = int(mask[place].sum())
            torch.testing.assert_close(states[place, :length], alone[:length], atol=1e-5, rtol=1e-4)


def test_the_loss_is_that_of_each_question_alone_whatever_stands_beside_it(
    checkpoint: Path,
) -> None:
    model = AnswerTrainer(_PLAN, checkpoint).model.eval()
    seen = torch.randn(1, 65, 64)
    pairs = [("is it red?", "yes"), ("how many dogs are there in this picture?", "two dogs")]
    with torch.inference_mode():
        together = model.loss([[q for q, _ in pairs]], [[a for _, a in pairs]], seen)
        alone = [float(model.loss([[q]], [[a]], seen)) for q, a in pairs]
    tokens_each = [2, 3]  # with the end
    whole = sum(loss * count for loss, count in zip(alone, tokens_each, strict=True))
    assert float(together) == pytest.approx(whole / sum(tokens_each), rel=1e-4)


def test_an_export_answers_the_same_in_transformers_and_in_the_engine(checkpoint: Path) -> None:
    trainer = AnswerTrainer(_PLAN, checkpoint)
    for step in range(8):
        trainer.learn(make_answer_batch(step, 6, 4))
    export_answerer(trainer.model, checkpoint, checkpoint / "answerer", trainer.step)
    stored = (checkpoint / "answerer" / "model.safetensors").read_bytes()
    assert b"vision_model" not in stored
    own = json.loads((checkpoint / "answerer" / "config.json").read_text())["photo_narrator"]
    assert (own["vision"], own["trained_at_step"]) == ("..", 8)
    chosen = find_set(str(checkpoint), sample_dir=checkpoint)
    describer = BlipDescriber(chosen.captioner, chosen.matcher, "cpu", chosen.answerer)
    reference = AnswerReference(checkpoint / "answerer")
    batch = make_answer_batch(0, 6, 4)
    seen = Reference(checkpoint).see(normalised(torch.from_numpy(batch.pixels)))
    for place, texts in enumerate(batch.questions):
        asked = [text for text in texts if text.startswith(("what", "how", "where"))]
        wanted = reference.answers(asked, seen[[place] * len(asked)]) if asked else []
        for text, answer in zip(asked, wanted, strict=True):
            reply = describer.ask(text, [Picture((batch.pixels[place],))])
            assert reply.unknown_words == ((UNKNOWN,) if UNKNOWN in text else ())
            assert reply.answers[0][0].text == answer


def test_the_tokenizer_files_agree_with_training(checkpoint: Path, tmp_path: Path) -> None:
    model = AnswerTrainer(_PLAN, checkpoint).model
    export_answerer(model, checkpoint, tmp_path / "out", 0)
    tokenizer, words = AutoTokenizer.from_pretrained(tmp_path / "out"), tokens.answers()
    batch = make_answer_batch(3, 6, 6)
    for text in (text for each in batch.questions + batch.answers for text in each):
        assert tokenizer(text)["input_ids"] == words.encode(text, tokens.CLS)
        if UNKNOWN not in text and "'" not in text:
            said = tokenizer.decode(words.encode(text, tokens.DEC), skip_special_tokens=True)
            assert said.split() == text.split()
    own = json.loads((tmp_path / "out" / "config.json").read_text())["photo_narrator"]
    assert own["vision"] == "../sample"


def test_the_rate_falls_to_zero_at_the_last_step(checkpoint: Path) -> None:
    trainer = AnswerTrainer(AnswerPlan(steps=400), checkpoint)
    rates = []
    for step in range(400):
        trainer.step = step
        rates.append(trainer.rate())
    assert rates[0] < 0.03 * trainer.plan.peak
    assert max(rates) <= trainer.plan.peak
    assert rates[-1] < 1e-4 * trainer.plan.peak


def test_a_checkpoint_with_an_answerer_is_evaluated_by_kind_of_question(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.evaluate.query_scores", lambda *_: {})  # wants many scenes
    trainer = AnswerTrainer(_PLAN, checkpoint)
    export_answerer(trainer.model, checkpoint, checkpoint / "answerer", 0)
    reference, scenes = Reference(checkpoint), held_out(6, from_withheld=False)
    figures = evaluate(reference, scenes, AnswerReference(checkpoint / "answerer"))
    assert 0 <= figures["answers right"]["in all"] <= 100
    assert "what is where" in table({"held-out scenes": figures})
    assert "answers right" not in evaluate(reference, scenes)
    assert len(asked_of(scenes)) == 24
    assert asked_of(scenes) == asked_of(scenes)


def test_an_answer_is_right_by_its_meaning() -> None:
    question = Question("what is where", "what is under the table?", "a red car and a cat")
    assert is_right(question, "cat and red car")
    assert not is_right(question, "a cat and a car")
    assert not is_right(question, "a red car")
    assert not is_right(question, "")

"""The recipe lowers its loss, resumes exactly, and exports what both BLIP classes load."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer, BlipForConditionalGeneration, BlipForImageTextRetrieval
from transformers import logging as transformers_logging

from engine.training import tokens
from engine.training.batches import make_batch, stream
from engine.training.export import export, load_state
from engine.training.model import TRAINING_ONLY, SampleBlip, sample_config
from engine.training.objectives import hard_negatives, itc_loss, normalised, tensors
from engine.training.reference import Reference
from engine.training.train import Plan, Trainer

SHAPE = {"width": 64, "vision_layers": 2, "text_layers": 1, "text_inner": 64}
PLAN = Plan(steps=24, batch_size=12, peak=2e-3, shape=SHAPE)


@pytest.fixture(autouse=True)
def _one_quiet_thread() -> Iterator[None]:
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_a_few_steps_lower_the_loss() -> None:
    trainer = Trainer(PLAN)
    batch = make_batch(0, 12)
    totals = [trainer.learn(batch).total().item() for _ in range(10)]
    assert min(totals[-3:]) < totals[0]


def test_resuming_is_bit_identical(tmp_path: Path) -> None:
    batches = [make_batch(step, 8) for step in range(4)]
    straight = Trainer(PLAN)
    for batch in batches:
        straight.learn(batch)
    halfway = Trainer(PLAN)
    for batch in batches[:2]:
        halfway.learn(batch)
    halfway.save(tmp_path / "state.pt")
    resumed = Trainer(PLAN)
    resumed.load(tmp_path / "state.pt")
    assert resumed.step == 2
    for batch in batches[2:]:
        resumed.learn(batch)
    for name, value in straight.model.state_dict().items():
        assert torch.equal(value, resumed.model.state_dict()[name]), name


def test_the_rate_falls_to_zero_at_the_last_step() -> None:
    trainer = Trainer(Plan(steps=1000, shape=SHAPE))
    rates = []
    for step in range(1000):
        trainer.step = step
        rates.append(trainer.rate())
    assert max(rates) <= trainer.plan.peak
    assert rates[-1] < 1e-5 * trainer.plan.peak
    trainer.plan = Plan(steps=1100, shape=SHAPE)
    assert trainer.rate() > rates[-1]


def test_a_run_goes_on_from_a_checkpoint_at_its_step_and_warms_up_anew(tmp_path: Path) -> None:
    first = Trainer(Plan(steps=8, batch_size=8, shape=SHAPE))
    first.learn(make_batch(0, 8))
    export(first.model, tmp_path, 600)
    second = Trainer(Plan(steps=1600, batch_size=8, shape=SHAPE))
    second.start_from(tmp_path)
    assert second.step == 600
    assert second.rate() < 0.01 * second.plan.peak
    for name, value in first.model.state_dict().items():
        if not name.startswith(TRAINING_ONLY):
            torch.testing.assert_close(value, second.model.state_dict()[name], atol=1e-3, rtol=1e-3)
    second.learn(make_batch(600, 8))
    second.save(tmp_path / "state.pt")
    third = Trainer(second.plan)
    third.load(tmp_path / "state.pt")
    assert (third.step, third.rate()) == (601, second.rate())


def test_a_checkpoint_of_another_shape_is_no_start(tmp_path: Path) -> None:
    export(SampleBlip(sample_config(**SHAPE)), tmp_path, 3)
    with pytest.raises((ValueError, RuntimeError), match=r"shape|mismatch"):
        Trainer(Plan(steps=9, shape={**SHAPE, "vision_layers": 3})).start_from(tmp_path)


def test_equal_meanings_are_never_negatives() -> None:
    entailed = torch.tensor([[True, True, False], [True, True, False], [False, False, True]])
    similarity = torch.zeros(3, 3)
    generator = torch.Generator().manual_seed(0)
    for _ in range(50):
        picked = hard_negatives(similarity, entailed, generator)
        assert not entailed[picked, torch.arange(3)].any()
    shared = itc_loss(torch.where(entailed, 20.0, -20.0), entailed)
    assert shared.item() == pytest.approx(torch.tensor(2.0).log().item() * 2 / 3, abs=1e-3)


def test_an_export_loads_in_both_classes(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = SampleBlip(sample_config(**SHAPE)).eval()
    (tmp_path / "README.md").write_text("stays", encoding="utf-8")
    export(model, tmp_path, 7)
    assert (tmp_path / "README.md").exists()
    loaded = []
    for kind in (BlipForConditionalGeneration, BlipForImageTextRetrieval):
        network, info = kind.from_pretrained(
            tmp_path, output_loading_info=True, dtype=torch.float32
        )
        assert not info["missing_keys"]
        assert not info["mismatched_keys"]
        assert network.config.photo_narrator["trained_at_step"] == 7
        loaded.append(network)
    for name, value in loaded[0].vision_model.state_dict().items():
        assert torch.equal(value, loaded[1].vision_model.state_dict()[name])


def test_transformers_computes_what_training_computed(tmp_path: Path) -> None:
    torch.manual_seed(2)
    model = SampleBlip(sample_config(**SHAPE)).eval()
    export(model, tmp_path, 0)
    reference = Reference(tmp_path)
    batch = make_batch(2500, 4)
    pixels = normalised(torch.from_numpy(batch.pixels))
    with torch.inference_mode():
        ours, theirs = model.see(pixels), reference.see(pixels)
        torch.testing.assert_close(ours, theirs, atol=2e-2, rtol=2e-2)
        vectors = model.text_vectors(*tensors(batch.captions, tokens.CLS))
        expected = reference.text_vectors(batch.captions)
        torch.testing.assert_close(vectors, expected, atol=1e-2, rtol=1e-2)
        match = model.itm_head(model.read(*tensors(batch.captions, tokens.ENC), ours))
        torch.testing.assert_close(
            match, reference.match_logits(batch.captions, theirs), atol=2e-2, rtol=2e-2
        )


def test_texts_side_by_side_are_matched_as_one_by_one() -> None:
    torch.manual_seed(3)
    model = SampleBlip(sample_config(**SHAPE)).eval()
    batch = make_batch(2500, 3)
    ids, mask = tensors([*batch.texts, *batch.wrong_texts], tokens.ENC)
    with torch.inference_mode():
        seen = model.see(normalised(torch.from_numpy(batch.pixels)))
        one_by_one = model.itm_head(model.read(ids, mask, torch.cat([seen, seen])))
        pairs = [part.unflatten(0, (2, 3)).transpose(0, 1) for part in (ids, mask)]
        together = model.match_logits(*pairs, seen)
    torch.testing.assert_close(together.transpose(0, 1).flatten(0, 1), one_by_one)


def test_the_tokenizer_files_agree_with_training(tmp_path: Path) -> None:
    export(SampleBlip(sample_config(**SHAPE)), tmp_path, 0)
    tokenizer, words = AutoTokenizer.from_pretrained(tmp_path), tokens.captions()
    for text in make_batch(2500, 12).texts:
        assert tokenizer(text)["input_ids"] == words.encode(text, tokens.CLS)
        assert tokenizer.decode(words.encode(text, tokens.DEC), skip_special_tokens=True) == text
        assert words.decode(words.encode(text, tokens.DEC)) == text
    assert tokenizer.convert_tokens_to_ids(["[DEC]", "[ENC]"]) == [tokens.DEC, tokens.ENC]
    assert tokenizer("a zeppelin")["input_ids"][2] == tokens.UNK


def test_a_saved_state_can_be_exported(tmp_path: Path) -> None:
    trainer = Trainer(PLAN)
    trainer.save(tmp_path / "state.pt")
    model, step = load_state(tmp_path / "state.pt")
    assert step == 0
    assert model.config.vision_config.hidden_size == SHAPE["width"]


def test_batches_come_from_another_process_in_order() -> None:
    batches = stream(7, 4, ahead=2)
    first, second = next(batches), next(batches)
    batches.close()
    assert first.captions == make_batch(7, 4).captions
    assert second.captions == make_batch(8, 4).captions

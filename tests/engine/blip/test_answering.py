"""Questions are answered as transformers does it, by a part that is loaded when it is asked."""

import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertTokenizer, BlipForQuestionAnswering, BlipImageProcessorPil

from engine.blip.answering import Answering
from engine.blip.describer import BlipDescriber
from engine.blip.loading import Checkpoint
from engine.checkpoints import CheckpointError, DescriberSet, find_set, read_json
from engine.describer import Picture, Wish
from engine.images import open_rgb
from engine.protocol import Precision
from engine.questions import wants_yes_or_no

Make = Callable[..., Path]
_QUESTIONS = ("two dogs and a cat on the table", "the sea", "a red picture of the beach")
_CHOICES = ("a dog", "two cats", "the sea", "a picture of a red beach", "on")


def _set(folder: Path) -> DescriberSet:
    return find_set(str(folder), sample_dir=folder)


def _describer(folder: Path) -> BlipDescriber:
    chosen = _set(folder)
    return BlipDescriber(chosen.captioner, chosen.matcher, "cpu", chosen.answerer)


def _answering(describer: BlipDescriber) -> Answering:
    assert describer._answering is not None
    return describer._answering


class Reference:
    """transformers' class on the same folder; [ENC] first, as the networks were trained."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.network = BlipForQuestionAnswering.from_pretrained(
                folder, dtype=torch.float32, local_files_only=True
            ).eval()
        self.tokenizer = BertTokenizer.from_pretrained(folder, local_files_only=True)
        self.processor = BlipImageProcessorPil.from_pretrained(folder, local_files_only=True)
        self.enc = self.network.config.text_config.bos_token_id + 1

    def pixels(self, paths: list[Path]) -> torch.Tensor:
        return self.processor([open_rgb(path) for path in paths], return_tensors="pt").pixel_values

    def asked(self, question: str, count: int) -> torch.Tensor:
        ids = self.tokenizer(question).input_ids
        return torch.tensor([[self.enc, *ids[1:]]] * count)

    @torch.inference_mode()
    def answer_ids(self, question: str, paths: list[Path]) -> list[list[int]]:
        ids = self.asked(question, len(paths))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            written = self.network.generate(
                ids,
                self.pixels(paths),
                torch.ones_like(ids),
                num_beams=3,
                max_length=10,
                do_sample=False,
            )
        return list(written.tolist())

    @torch.inference_mode()
    def log_likelihood(self, question: str, path: Path, answer: str) -> float:
        """Of an answer and its end: what the decoder's loss is, summed over the tokens."""
        ids = self.asked(question, 1)
        states = self.network.text_encoder(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            encoder_hidden_states=self.network.vision_model(self.pixels([path]))[0],
        ).last_hidden_state
        said = torch.tensor([self.tokenizer(answer).input_ids])
        said[:, 0] = self.network.config.text_config.bos_token_id
        loss = self.network.text_decoder(
            input_ids=said, encoder_hidden_states=states, labels=said, reduction="none"
        ).loss
        return -float(loss)


@pytest.fixture(scope="module")
def folder(make_checkpoint: Make) -> Path:
    return make_checkpoint("answerer")


@pytest.fixture(scope="module")
def reference(folder: Path) -> Reference:
    return Reference(folder)


@pytest.fixture(scope="module")
def describer(folder: Path) -> BlipDescriber:
    return _describer(folder)


@pytest.fixture
def photos(pictures_dir: Path) -> list[Path]:
    return sorted(pictures_dir.iterdir())


@pytest.mark.parametrize("size", [1, 8])
def test_open_answers_are_transformers_token_for_token(
    describer: BlipDescriber, reference: Reference, photos: list[Path], size: int
) -> None:
    said = set()
    loaded = _answering(describer)._load()
    for question in _QUESTIONS:
        wanted = reference.answer_ids(question, photos[:size])
        pixels = [describer.prepare(path).pixels[0] for path in photos[:size]]
        with torch.inference_mode():
            ids = loaded.answerer.question_ids(question)
            assert ids == reference.asked(question, 1)[0].tolist()
            states = loaded.answerer.read(ids, loaded.vision.tokens(pixels))
            got = loaded.answerer.answer_ids(states).tolist()
        assert got == wanted
        said |= {tuple(row) for row in got}
    assert len(said) > 1 or size == 1, "all alike: no test"


def test_choices_are_ranked_by_transformers_loss(
    describer: BlipDescriber, reference: Reference, photos: list[Path]
) -> None:
    loaded = _answering(describer)._load()
    answerer = loaded.answerer
    for question in _QUESTIONS:
        prepared = [describer.prepare(path) for path in photos[:3]]
        rows = [answerer._choice_ids(choice) for choice in _CHOICES]
        with torch.inference_mode():
            seen = loaded.vision.tokens([picture.pixels[0] for picture in prepared])
            states = answerer.read(answerer.question_ids(question), seen)
            got = answerer.log_likelihoods(states, rows).sum(-1)
        wanted = torch.tensor(
            [
                [reference.log_likelihood(question, path, choice) for choice in _CHOICES]
                for path in photos[:3]
            ]
        )
        assert (got - wanted).abs().max() < 1e-4
        reply = describer.ask(question, prepared, _CHOICES)
        for answers, row in zip(reply.answers, wanted, strict=True):
            order = [_CHOICES[place] for place in row.argsort(descending=True)]
            assert [answer.text for answer in answers] == order
            shares = row.softmax(0).sort(descending=True)[0].tolist()
            assert [a.probability for a in answers] == pytest.approx(shares, abs=1e-4)


def test_an_open_answers_probability_is_its_mean_token_likelihood(
    describer: BlipDescriber, reference: Reference, photos: list[Path]
) -> None:
    answerer = _answering(describer)._load().answerer
    for path in photos[:4]:
        ((answer,),) = describer.ask("the sea", [describer.prepare(path)]).answers
        (ids,) = reference.answer_ids("the sea", [path])
        assert answer.text == answerer.words.text(ids)
        if answerer.words.sep in ids and answer.text:
            tokens = ids.index(answerer.words.sep)
            whole = reference.log_likelihood("the sea", path, answer.text)
            mean = torch.tensor(whole / tokens).exp()
            assert answer.probability == pytest.approx(float(mean), abs=1e-4)


@pytest.mark.parametrize("choices", [(), _CHOICES], ids=["open", "choices"])
def test_a_batch_answers_what_single_photos_answer(
    describer: BlipDescriber, photos: list[Path], choices: tuple[str, ...]
) -> None:
    prepared = [describer.prepare(path) for path in photos]
    for question in _QUESTIONS:
        together = describer.ask(question, prepared, choices).answers
        assert len(together) == len(photos)
        for picture, said in zip(prepared, together, strict=True):
            (alone,) = describer.ask(question, [picture], choices).answers
            assert [one.text for one in said] == [one.text for one in alone]
            for one, other in zip(said, alone, strict=True):
                assert one.probability == pytest.approx(other.probability, abs=1e-5)


def test_many_choices_are_weighed_in_parts_as_all_at_once(
    describer: BlipDescriber, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = [describer.prepare(path) for path in photos[:2]]
    whole = describer.ask(_QUESTIONS[0], prepared, _CHOICES).answers
    monkeypatch.setattr("engine.blip.answering._ROWS_AT_ONCE", 4)
    for one, other in zip(
        whole, describer.ask(_QUESTIONS[0], prepared, _CHOICES).answers, strict=True
    ):
        assert [answer.text for answer in one] == [answer.text for answer in other]
        shares = [answer.probability for answer in other]
        assert [a.probability for a in one] == pytest.approx(shares, abs=1e-5)


def test_a_yes_or_no_question_gets_both_with_their_shares(
    describer: BlipDescriber, photos: list[Path]
) -> None:
    reply = describer.ask("Is there a dog?", [describer.prepare(photos[0])])
    assert reply.settings == "yes or no"
    (answers,) = reply.answers
    assert {answer.text for answer in answers} == {"yes", "no"}
    assert sum(answer.probability for answer in answers) == pytest.approx(1)
    assert answers[0].probability >= answers[1].probability


@pytest.mark.parametrize(
    ("question", "closed"),
    [
        ("is it a cat?", True),
        ("  Are there two dogs", True),
        ("Isn't it a dog?", True),
        ("Does this photo show a boat?", True),
        ("is it a cat or a dog?", False),
        ("what is it?", False),
        ("how many are there?", False),
        ("island", False),
    ],
)
def test_what_can_only_be_answered_with_yes_or_no(question: str, closed: bool) -> None:
    assert wants_yes_or_no(question) == closed


def test_unknown_words_are_told_and_without_a_known_one_there_is_no_answer(
    make_checkpoint: Make, tmp_path: Path, photos: list[Path]
) -> None:
    describer = _describer(_leaning(make_checkpoint, tmp_path / "set"))
    picture = describer.prepare(photos[0])
    reply = describer.ask("two zebras on the beach", [picture], ["a quagga", "a dog"])
    assert reply.unknown_words == ("zebras", "quagga")
    assert len(reply.answers[0]) == 2
    lost = describer.ask("quo vadis", [picture])
    assert lost.answers == ((),)
    assert lost.unknown_words == ("quo", "vadis")


def _leaning(make_checkpoint: Make, to: Path) -> Path:
    """A sample-like set: captioner, matcher, and an answerer without eyes of its own."""
    shutil.copytree(make_checkpoint("both"), to)
    whole = make_checkpoint("answerer")
    inside = to / "answerer"
    shutil.copytree(whole, inside)
    for name in ("vocab.txt", "tokenizer_config.json"):
        shutil.copy(to / name, inside / name)
    own = read_json(to / "config.json")["text_config"]
    config = read_json(whole / "config.json")
    config["text_config"] |= {key: own[key] for key in ("vocab_size", "bos_token_id")}
    seen = Checkpoint(to).vision_hash()
    config["photo_narrator"] = {"domain": "drawn scenes", "vision": "..", "vision_hash": seen}
    (inside / "config.json").write_text(json.dumps(config))
    stored = load_file(whole / "model.safetensors")
    rows = own["vocab_size"]
    fitted = {
        key: tensor[:rows].clone()
        if "word_embeddings" in key or "predictions.bias" in key
        else tensor
        for key, tensor in stored.items()
        if not key.startswith("vision_model.")
    }
    save_file(fitted, inside / "model.safetensors")
    return to


def test_an_answerer_without_eyes_uses_those_of_the_folder_around_it(
    make_checkpoint: Make, tmp_path: Path, photos: list[Path]
) -> None:
    folder = _leaning(make_checkpoint, tmp_path / "set")
    describer = _describer(folder)
    assert describer.info.answerer is not None
    prepared = [describer.prepare(path) for path in photos]
    assert len(prepared[0].pixels) == 1
    said = describer.ask("the dog", prepared, ["a cat", "a dog"]).answers
    assert _answering(describer)._load().vision is describer._vision
    inside = folder / "answerer"
    around = load_file(folder / "model.safetensors")
    eyes = {key: item for key, item in around.items() if key.startswith("vision_model.")}
    save_file(load_file(inside / "model.safetensors") | eyes, inside / "model.safetensors")
    config = read_json(inside / "config.json")
    del config["photo_narrator"]["vision"]
    (inside / "config.json").write_text(json.dumps(config))
    assert _describer(inside).ask("the dog", prepared, ["a cat", "a dog"]).answers == said


def test_an_answerer_on_other_eyes_than_its_own_is_refused_and_the_rest_goes_on(
    make_checkpoint: Make, tmp_path: Path, photos: list[Path]
) -> None:
    folder = _leaning(make_checkpoint, tmp_path / "set")
    stored = load_file(folder / "model.safetensors")
    stored["vision_model.embeddings.class_embedding"] += 1
    save_file(stored, folder / "model.safetensors")
    describer = _describer(folder)
    picture = describer.prepare(photos[0])
    with pytest.raises(CheckpointError, match="other vision weights"):
        describer.ask("the dog", [picture])
    (said,) = describer.describe([picture], [Wish(caption=True, vector=True)])
    assert said.caption is not None


def test_nothing_of_an_answerer_is_loaded_before_the_first_question(
    make_checkpoint: Make, tmp_path: Path, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[Path] = []
    load = Checkpoint.__init__

    def noting(self: Checkpoint, folder: Path, *precision: Precision) -> None:
        loads.append(folder)
        load(self, folder, *precision)

    monkeypatch.setattr(Checkpoint, "__init__", noting)
    folder = _leaning(make_checkpoint, tmp_path / "set")
    loads.clear()
    describer = _describer(folder)
    picture = describer.prepare(photos[0])
    describer.describe([picture], [Wish(caption=True, vector=True)])
    assert loads == [folder]
    describer.ask("the dog", [picture])
    describer.ask("the dog", [picture])
    assert loads == [folder, folder / "answerer", folder]


def test_equal_eyes_are_one_and_different_ones_each_their_own(
    make_checkpoint: Make, photos: list[Path]
) -> None:
    captioner = _set(make_checkpoint("captioner")).captioner
    for answerer, shared in (
        (make_checkpoint("answerer"), True),
        (make_checkpoint("answerer", vision_seed=2), False),
        (make_checkpoint("answerer", image_px=64), False),
    ):
        describer = BlipDescriber(captioner, None, "cpu", _set(answerer).answerer)
        prepared = [describer.prepare(photos[0])]
        alone = _describer(answerer)
        one = describer.ask("the dog", prepared).answers[0][0]
        other = alone.ask("the dog", [alone.prepare(photos[0])]).answers[0][0]
        assert one.text == other.text
        assert one.probability == pytest.approx(other.probability, abs=1e-5)
        assert (_answering(describer)._load().vision is describer._vision) == shared


def test_without_an_answerer_a_question_is_refused_in_a_sentence(make_checkpoint: Make) -> None:
    describer = _describer(make_checkpoint("captioner"))
    with pytest.raises(CheckpointError, match="needs an answerer"):
        describer.ask("is it a dog?", [Picture(())])


def test_weights_of_a_wrong_shape_are_told_of(
    make_checkpoint: Make, tmp_path: Path, photos: list[Path]
) -> None:
    folder = tmp_path / "answerer"
    shutil.copytree(make_checkpoint("answerer"), folder)
    stored = load_file(folder / "model.safetensors")
    del stored["text_encoder.encoder.layer.0.crossattention.self.key.bias"]
    save_file(stored, folder / "model.safetensors")
    describer = _describer(folder)
    with pytest.raises(CheckpointError, match="lack text_encoder"):
        describer.ask("the dog", [describer.prepare(photos[0])])


def test_questions_are_answered_with_the_precision_that_was_chosen(
    make_checkpoint: Make, tmp_path: Path, photos: list[Path]
) -> None:
    chosen = _set(_leaning(make_checkpoint, tmp_path / "set"))
    parts = (chosen.captioner, chosen.matcher, "cpu", chosen.answerer)
    exact, rounded = (BlipDescriber(*parts, precision=p) for p in (Precision.EXACT, Precision.INT8))
    prepared = [exact.prepare(path) for path in photos]
    wanted, reply = (each.ask(_QUESTIONS[0], prepared, _CHOICES) for each in (exact, rounded))
    assert reply.settings == "choices, int8"
    assert _answering(rounded)._load().vision is rounded._vision
    for one, other in zip(wanted.answers, reply.answers, strict=True):
        shares = {answer.text: answer.probability for answer in one}
        assert other[0].text == one[0].text
        assert {a.text: a.probability for a in other} != shares

"""How devices and precisions of the describer are put in words."""

from collections.abc import Sequence

from engine.protocol import DeviceFound, Precision
from gallery.ui.words import tr

AUTO = "auto"


def device_name(name: str, maker_name: str = "") -> str:
    """Return what a device is called: "The graphics card (NVIDIA T4)"."""
    known = {
        AUTO: tr("Chosen by itself"),
        "cpu": tr("The processor"),
        "cuda": tr("The graphics card"),
        "mps": tr("Apple's accelerator"),
    }
    plain = known.get(name, name)
    return f"{plain} ({maker_name})" if maker_name else plain


def refusal_text(device: DeviceFound) -> str:
    """Return in a sentence what the self-check found; empty where it refused nothing."""
    if not device.refused:
        return ""
    text = tr(
        "{0} describes pictures otherwise than the processor does, on this computer and with this "
        "checkpoint ({1}), so it is not used."
    )
    return text.format(
        device_name(device.name, device.maker_name),
        ", ".join(precision_name(one) for one in device.refused),
    )


def precision_name(precision: Precision) -> str:
    """Return what a precision is called, in lower case as within a sentence."""
    return {
        Precision.EXACT: tr("exact"),
        Precision.FP16: tr("half precision (fp16)"),
        Precision.BF16: tr("16 bits (bf16)"),
        Precision.INT8: tr("8 bits (int8)"),
    }[precision]


def precision_label(precision: Precision) -> str:
    """Return the text of its button, with a mnemonic."""
    return {
        Precision.EXACT: tr("&Exact"),
        Precision.FP16: tr("&Half precision (fp16)"),
        Precision.BF16: tr("16 bits (&bf16)"),
        Precision.INT8: tr("8 bits (&int8)"),
    }[precision]


def precision_text(precision: Precision) -> str:
    """Return in a sentence what it means."""
    return {
        Precision.EXACT: tr("Captions as the checkpoint's authors compute them."),
        Precision.FP16: tr("Rounded to 16 bits on the graphics card: faster than exact."),
        Precision.BF16: tr(
            "Rounded to 16 bits on the processor: about one and a half times as fast as exact."
        ),
        Precision.INT8: tr("Rounded to 8 bits on the processor: about twice as fast as exact."),
    }[precision]


def idle_text(minutes: int) -> str:
    """Return how long nothing is to be done before memory is given back."""
    if minutes <= 0:
        return tr("Never")
    return tr("After 1 minute") if minutes == 1 else tr("After {0} minutes").format(minutes)


def devices_for(devices: Sequence[DeviceFound], name: str) -> tuple[DeviceFound, ...]:
    """Return those that a choice leaves open: all of them for ``auto``."""
    return tuple(device for device in devices if name in (AUTO, device.name))

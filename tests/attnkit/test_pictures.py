"""Pictures: a PNG with a text alternative when somebody looks, and nothing at all when nobody does."""

import base64
import re
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
import torch
from attnkit import parts, pictures
from attnkit.pictures.style import SERIES, legible_on
from IPython.core.formatters import DisplayFormatter
from matplotlib import colors

WEIGHTS = torch.softmax(torch.randn(3, 4, 6, generator=torch.Generator().manual_seed(1)), -1)
DRAWINGS = {
    "attention_diagram": lambda: pictures.attention_diagram(),
    "lookup_diagram": lambda: pictures.lookup_diagram(),
    "heat_map": lambda: pictures.heat_map(WEIGHTS[0], list("abcd"), list("uvwxyz"), "One head"),
    "heat_map_of_many": lambda: pictures.heat_map(np.full((20, 30), 1 / 30)),
    "heat_map_of_nothing": lambda: pictures.heat_map([[0.0, 0.0], [0.5, 0.5]]),
    "heads": lambda: pictures.heads(WEIGHTS.requires_grad_(), list("abcd")),
    "many_heads": lambda: pictures.heads(torch.rand(6, 5, 5), list("abcde")),
    "split_diagram": lambda: pictures.split_diagram(),
    "multi_head_diagram": lambda: pictures.multi_head_diagram(),
    "scale_effect": lambda: pictures.scale_effect(parts.attention_scores, parts.attention_weights),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_is_kept_once_in_the_smaller_file_with_a_text_alternative(name):
    picture = DRAWINGS[name]()
    png, svg = picture.png(), picture.svg()
    assert png.startswith(b"\x89PNG\r\n\x1a\n") and len(png) > 5000
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert picture.width() <= 1010
    assert len(picture.alt) > 40 and "\n" not in picture.alt and repr(picture) == picture.alt
    shown, _ = DisplayFormatter().format(picture)
    assert set(shown) == {"text/plain", "text/html"}
    html = shown["text/html"]
    found = re.fullmatch(r'<img src="data:image/([a-z+]+);base64,([^"]+)" alt="[^"<>]+" style="[^"]+">', html)
    smaller = min(len(png), len(svg))
    assert len(base64.b64decode(found[2])) == pytest.approx(
        smaller, rel=0.01
    )  # a layout may settle as it is drawn again
    assert found[1] == ("png" if len(png) < len(svg) else "svg+xml")


@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_is_drawn_when_nobody_looks(nobody_looks, monkeypatch, name):
    monkeypatch.setattr("matplotlib.figure.Figure", None)
    assert DRAWINGS[name]() is None


def test_nothing_is_computed_when_nobody_looks(nobody_looks):
    assert pictures.scale_effect(pytest.fail, pytest.fail) is None


def test_drawing_leaves_the_settings_of_matplotlib_alone():
    before = dict(matplotlib.rcParams)
    pictures.heat_map(WEIGHTS[0]).png()
    assert dict(matplotlib.rcParams) == before


def test_text_alternatives_say_where_attention_goes():
    said = pictures.heat_map([[0.1, 0.9], [0.0, 0.0]], ["I", "me"], ["you", "us"]).alt
    assert "“I” looks most at “us” (0.90)" in said and "“me” looks nowhere" in said
    assert "and 10 more queries" in pictures.heat_map(torch.rand(20, 30)).alt


def test_weights_that_are_not_numbers_are_shown_as_such():
    picture = pictures.heat_map([[0.5, 0.5], [np.nan, np.nan]])
    assert "query 1 has weights that are not numbers" in picture.alt and picture.png()


def test_features_that_cannot_be_shared():
    with pytest.raises(ValueError, match="evenly"):
        pictures.split_diagram(d_model=7)


def test_text_alternatives_are_safe_in_html():
    html = pictures.heat_map([[1.0]], title='<b>"5 > 4" & more</b>')._repr_html_()
    assert "&lt;b&gt;&quot;5 &gt; 4&quot; &amp; more&lt;/b&gt;: " in html


@pytest.mark.parametrize(("draw", "weights"), [(pictures.heat_map, WEIGHTS), (pictures.heads, WEIGHTS[0])])
def test_weights_of_another_shape(draw, weights):
    with pytest.raises(ValueError, match="shape"):
        draw(weights)


def test_the_scale_shows():
    alt = pictures.scale_effect(parts.attention_scores, parts.attention_weights).alt
    divided, undivided = (float(re.search(pattern, alt)[1]) for pattern in (r"to (\d\.\d+) nats", r"to (\d\.\d+);"))
    assert divided > 2 > 1 > undivided


def test_numbers_are_legible_on_every_colour_of_the_map():
    def luminance(colour):
        channels = np.array(colors.to_rgb(colour))
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return linear @ (0.2126, 0.7152, 0.0722)

    map_of_ours = matplotlib.colormaps["cividis"](np.linspace(0, 1, 200))
    for shade in [*map_of_ours, *(colors.to_rgb(one) for one in SERIES), *np.random.default_rng(1).random((200, 3))]:
        dark, light = sorted((luminance(legible_on(shade)), luminance(shade)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5

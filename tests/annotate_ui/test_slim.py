"""What is served of scripts and styles does what the sources do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cocokit.annotate_ui.slim import slim_script, slim_style

ROOT = Path(__file__).parents[2]
PARSE = """for (const name of process.argv.slice(1))
    new (require("vm").SourceTextModule)(require("fs").readFileSync(name, "utf8"), { identifier: name })"""
TESTS = ("history", "keys", "view", "times", "journal", "tabs", "palette", "masks", "draw", "grid", "rings")
SCRIPTS = ROOT / "annotate_ui" / "static" / "js"


@pytest.mark.parametrize(
    "source, served",
    [
        ("a = b / c; // x\nd = e / f", "a=b/c;d=e/f"),
        ("return /\\/\\*/.test(x)", "return/\\/\\*/.test(x)"),
        ("x = `a // b ${ `c /* d */ ${e}` } `", "x=`a // b ${`c /* d */ ${e}`} `"),
        ("x = 'it\\'s // kept'", "x='it\\'s // kept'"),
        ("a\n++b", "a\n++b"),
        ("let x = a + +b - -c", "let x=a+ +b- -c"),
        ("if (a) // why\n  b();\nelse c()", "if(a)\nb();else c()"),
        ("class A {\n  #x = 1;\n  get y() { return 1 }\n}", "class A{#a=1;get y(){return 1}\n}"),
        (
            "class A {\n  #xy = 1;\n  y = `${this.#xy} #xy .#z` + '#xy';\n}",
            "class A{#a=1;y=`${this.#a} #xy .#z`+'#xy';}",
        ),
        ("f(\n  1,\n  2,\n)", "f(1,2,)"),
        ("const { width, height: tall = width } = box;", "const{width:a,height:b=a}=box;"),
        ("f((first, ...rest) => ({ first, rest: rest[0].first, get second() { return first * rest } }))",
         "f((a,...b)=>({first:a,rest:b[0].first,get second(){return a*b}}))"),
        ("const one = (mine) => { return mine }; const two = (yours) => { return yours + one(1) };",
         "const b=(a)=>{return a};const c=(a)=>{return a+b(1)};"),
        ("for (const part of all) { let first = part, last = 2; go({ last, size: 2 * first }) }",
         "for(const c of all){let a=c,b=2;go({last:b,size:2*a})}"),
        ("import { el } from 'x'; export const shown = (node) => el(node, shown, event); const name = event",
         "import{el}from'x';export const shown=(a)=>el(a,shown,event);const name=event"),
        ("class A { size = 1; wide(size) { return `${size}${this.size}` } }",
         "class A{size=1;wide(a){return`${a}${this.size}`}}"),
        ("const pick = case1 ? long : { long: long }; function long(short = URL) {}",
         "const b=case1?a:{long:a};function a(c=URL){}"),
    ],
)
def test_small_scripts(source: str, served: str) -> None:
    found = slim_script(source)
    assert found.split() == served.split() or found == served, found


def test_styles_keep_strings_selectors_and_sums() -> None:
    source = 'a :hover, b  >  c { content: "/* x */  y"; width: calc(100% - 2px); }\n'
    source += "@media (a) and (b) { i { x: 1 } }"
    served = slim_style(source)
    assert '"/* x */  y"' in served
    assert "calc(100% - 2px)" in served
    assert "a :hover,b > c{" in served
    assert "@media (a) and (b){i{x:1}}" in served


def test_the_scripts_as_served_pass_the_tests_of_the_sources(tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("NO NODE: the scripts as they are served are not tested (install nodejs, 20 or newer)")
    for path in SCRIPTS.rglob("*.js"):
        served = tmp_path / path.relative_to(ROOT)
        served.parent.mkdir(parents=True, exist_ok=True)
        served.write_text(slim_script(path.read_text(encoding="utf-8")), encoding="utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    served = [str(path) for path in tmp_path.rglob("*.js")]
    command = ["node", "--experimental-vm-modules", "-e", PARSE, *served]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    shutil.copytree(ROOT / "tests" / "js", tmp_path / "tests" / "js")
    tests = [str(tmp_path / "tests" / "js" / f"{name}.test.js") for name in TESTS]
    env = {**os.environ, "PYTHON": sys.executable}
    run = subprocess.run(["node", "--test", *tests], capture_output=True, text=True, check=False, env=env)
    assert run.returncode == 0, run.stdout

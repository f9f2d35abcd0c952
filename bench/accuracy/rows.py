"""Rows: one JSON file for each set, origin and model."""
import json
import pathlib


def path(folder, set_name, origin, model):
    return pathlib.Path(folder) / set_name / str(origin) / (model.replace(":", "-").replace("@", "-") + ".json")


def write(folder, row):
    file = path(folder, row["set"], row["origin"], row["model"])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(row, indent=1) + "\n")


def load(folder):
    return [json.loads(f.read_text()) for f in sorted(pathlib.Path(folder).glob("*/*/*.json"))]

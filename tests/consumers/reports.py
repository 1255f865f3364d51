"""Reads one report with the program or library that others use, and prints what it understood as
JSON, for the tests to compare. Usage: reports.py READER FILE [MORE]"""

import json
import subprocess
import sys
from pathlib import Path


def sarif_schema(path, schema):
    import jsonschema

    schema = json.loads(Path(schema).read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    log = json.loads(Path(path).read_text())
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(log)]


def sarif_tools(path):
    from sarif import loader

    data = loader.load_sarif_file(path)
    records = data.get_records()
    levels = {}
    for record in records:
        levels[record["Severity"]] = levels.get(record["Severity"], 0) + 1
    return {
        "levels": levels,
        "first": [str(records[0][key]) for key in ("Code", "Location", "Line")],
        "codes": sorted({record["Code"] for record in records}),
    }


def junit(path):
    from junitparser import JUnitXml

    xml = JUnitXml.fromfile(path)
    said = {key: getattr(xml, key) for key in ("tests", "failures", "errors", "skipped")}
    xml.update_statistics()
    counted = {key: getattr(xml, key) for key in ("tests", "failures", "errors", "skipped")}
    decision = next(iter(next(iter(xml))))
    return {
        "said": said,
        "counted": counted,
        "decision": [type(result).__name__ for result in decision.result],
        "message": decision.result[0].message if decision.result else None,
    }


def csv(path):
    import duckdb

    table = duckdb.read_csv(path)
    return {
        "columns": dict(zip(table.columns, map(str, table.types))),
        "rows": [dict(zip(table.columns, map(str, row))) for row in table.fetchall()],
    }


def openmetrics(path):
    from prometheus_client.openmetrics import parser as new
    from prometheus_client import parser as old

    text = Path(path).read_text()
    read = {}
    for name, parser in (("new", new), ("old", old)):
        families = list(parser.text_string_to_metric_families(text))
        outcomes = next(one for one in families if one.name == "passmuster_outcomes")
        decision = next(one for one in families if one.name == "passmuster_decision")
        totals = {}
        for sample in outcomes.samples:
            outcome = sample.labels["outcome"]
            totals[outcome] = totals.get(outcome, 0) + int(sample.value)
        read[name] = {
            "decision": [one.labels["decision"] for one in decision.samples if one.value == 1],
            "totals": totals,
        }
    return read


def oscal(path):
    from trestle.oscal.assessment_results import AssessmentResults

    results = AssessmentResults.oscal_read(Path(path))
    result = results.results[0]
    states = [finding.target.status.state.value for finding in result.findings]
    uuids = {one.uuid for one in result.observations}
    related = [
        one.observation_uuid
        for finding in result.findings
        for one in finding.related_observations or []
    ]
    return {
        "title": result.title,
        "findings": len(result.findings),
        "not_satisfied": states.count("not-satisfied"),
        "observations": len(result.observations),
        "related": sorted(related) == sorted(uuids),
    }


def cyclonedx(path):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(Path(path).read_text())
    return None if error is None else str(error)[:500]


if __name__ == "__main__":
    reader, *rest = sys.argv[1:]
    print(json.dumps(globals()[reader](*rest)))

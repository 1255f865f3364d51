//! What DuckDB writes as Parquet is judged as the CSV it came from.

use super::consumers;
use super::program::{Desk, Report, TODAY, root};
use std::process::Command;

/// Copies a CSV into Parquet. Its cells stay what they are: texts, or nothing.
const COPY: &str = "
import duckdb, sys
source, target, codec = sys.argv[1:]
duckdb.sql(f\"\"\"copy (select * from read_csv('{source}', all_varchar=true))
    to '{target}' (format parquet, compression {codec}, row_group_size 2048)\"\"\")
";

#[test]
fn an_inventory_as_parquet_is_judged_as_the_csv_it_was() {
    let Some(python) = consumers::python() else {
        return;
    };
    let desk = Desk::new();
    let csv = root().join("examples/trust-estate/exports/desktops.csv");
    let csv = csv.to_str().expect("the checkout has a name");
    let told = judged(&desk.report(csv, TODAY, &[]));
    assert!(told.len() > 100, "{}", told.len());
    for codec in ["snappy", "zstd"] {
        let target = desk.path(&format!("{codec}.parquet"));
        let copied = Command::new(&python)
            .args(["-c", COPY, csv])
            .arg(&target)
            .arg(codec)
            .output()
            .expect("Python runs");
        assert!(copied.status.success(), "{copied:?}");
        let parquet = target.to_str().expect("the folder has a name");
        assert_eq!(judged(&desk.report(parquet, TODAY, &[])), told, "{codec}");
    }
}

/// Every finding with its rule, its subject, its outcome and why.
fn judged(report: &Report) -> Vec<String> {
    let told = report.findings().iter().map(|finding| {
        format!(
            "{} {} {} {} {}",
            finding["rule"],
            finding["subject"]["id"],
            finding["outcome"],
            finding["reason"],
            finding["place"]["line"]
        )
    });
    told.collect()
}

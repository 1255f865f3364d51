//! Policy × subjects → findings. Pure: the day, the catalogue and the declaration come in; the
//! same inputs give the same findings in the same order, whatever the number of threads.

mod cases;
mod coverage;
mod data_quality;
mod enrich;
mod explain;
mod forecast;
mod judge;
mod observed;
mod plan;
mod quick;
mod seek;
mod stream;

pub use cases::{Bench, CaseEnd, CaseRun, MutantRun, run_cases, run_mutants};
pub use coverage::{Branch, RuleCoverage, coverage};
pub use data_quality::{READABLE, data_rules, is_about_data};
pub use explain::{Explainer, count};
pub use forecast::{Ahead, Aim};
pub use judge::{Judge, Material};
pub use observed::{Look, put_observed};
pub use seek::{Seeker, Sought};
pub use stream::{EngineError, Evaluation, Progress, evaluate, look_ahead};

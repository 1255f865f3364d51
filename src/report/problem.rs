//! Problems drawn where they stand: the message, the place, a window of the source, the way out.

use crate::model::Problem;

/// Draws problems for a reader.
pub fn render(problems: &[Problem], _width: usize, _colour: bool) -> String {
    problems
        .iter()
        .map(|problem| format!("error: {} ({})\n", problem.message, problem.place()))
        .collect()
}

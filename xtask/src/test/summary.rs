//! Counting tests by what their runners print, and the table at the end.

use std::time::Duration;

use crate::program::minutes;

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Counts {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) skipped: u64,
    /// Left out by name; not in the table by itself.
    pub(super) filtered: u64,
}

impl Counts {
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished …`
    pub(super) fn add_cargo_line(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        let words: Vec<&str> = result
            .split([' ', ';'])
            .filter(|word| !word.is_empty())
            .collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<u64>() else {
                continue;
            };
            match pair[1] {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                "filtered" => self.filtered += number,
                _ => {}
            }
        }
    }

    /// `# pass 3` or `ℹ pass 3`, as either reporter of `node --test` ends.
    pub(super) fn add_node_line(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) else {
            return;
        };
        let Some((word, number)) = result.split_once(' ') else {
            return;
        };
        let Ok(number) = number.parse::<u64>() else {
            return;
        };
        match word {
            "pass" => self.passed += number,
            "fail" | "cancelled" => self.failed += number,
            "skipped" | "todo" => self.skipped += number,
            _ => {}
        }
    }
}

pub(super) struct Suite {
    pub(super) name: &'static str,
    pub(super) counts: Counts,
    pub(super) time: Duration,
}

#[derive(Default)]
pub(super) struct Report {
    suites: Vec<Suite>,
    missing: Vec<String>,
}

impl Report {
    pub(super) fn add(&mut self, suite: Suite) {
        self.suites.push(suite);
    }

    /// Something that could not be tried here, and how to make it possible.
    pub(super) fn missing(&mut self, what: String) {
        self.missing.push(what);
    }

    /// Prints the table and the sum, and tells whether anything failed. Where `strict`, a
    /// missing part is a failure: nobody is there to read that it was left out.
    pub(super) fn print(&self, strict: bool) -> bool {
        println!(
            "\n{:<12}{:>8}{:>8}{:>8}{:>9}",
            "suite", "passed", "failed", "skipped", "minutes"
        );
        for Suite { name, counts, time } in &self.suites {
            let Counts {
                passed,
                failed,
                skipped,
                ..
            } = counts;
            println!(
                "{name:<12}{passed:>8}{failed:>8}{skipped:>8}{:>9}",
                minutes(*time)
            );
        }
        for what in &self.missing {
            println!("skipped: {what}");
        }
        let sum = |field: fn(&Counts) -> u64| {
            self.suites
                .iter()
                .map(|suite| field(&suite.counts))
                .sum::<u64>()
        };
        let mut failed = sum(|counts| counts.failed);
        if strict {
            failed += self.missing.len() as u64;
        }
        println!("\n{} passed, {failed} failed", sum(|counts| counts.passed));
        failed > 0
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn cargo_summaries_add_up() {
        let mut counts = Counts::default();
        let line = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s";
        counts.add_cargo_line(line);
        counts.add_cargo_line(
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
        );
        counts.add_cargo_line("test submit::sqlite ... ok");
        assert_eq!(
            counts,
            Counts {
                passed: 4,
                failed: 2,
                skipped: 1,
                filtered: 2
            }
        );
    }

    #[test]
    fn both_node_reporters_are_understood() {
        let mut counts = Counts::default();
        for line in [
            "ℹ tests 9",
            "ℹ pass 3",
            "ℹ fail 1",
            "# cancelled 1",
            "# skipped 2",
            "# Subtest: pass 3",
        ] {
            counts.add_node_line(line);
        }
        assert_eq!(
            counts,
            Counts {
                passed: 3,
                failed: 2,
                skipped: 2,
                filtered: 0
            }
        );
    }
}

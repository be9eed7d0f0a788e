//! Benchmarks: they print figures beside a yardstick of the same run, and never
//! assert a time.

#![expect(clippy::print_stdout, reason = "figures are what a benchmark is for")]
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures time and makes load"
)]

mod http;
mod load;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    // Cargo adds a flag of its own.
    let name = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    match name.as_deref() {
        Some("http") => runtime.block_on(http::run()),
        other => {
            println!("no benchmark {other:?}; there is: http");
            std::process::exit(2);
        }
    }
}

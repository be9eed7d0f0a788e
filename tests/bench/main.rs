//! Benchmarks: they print figures beside a yardstick of the same run, and never
//! assert a time.

#![expect(clippy::print_stdout, reason = "figures are what a benchmark is for")]
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures time and makes load"
)]

mod actions;
mod dashboard;
mod empty;
mod http;
mod load;
mod organizations;
mod postgres;
mod process;
mod scripts;
mod signer;
mod webhooks;
mod world;

/// The program's own: what is measured is what is shipped.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Cargo adds a flag of its own.
    let name = arguments
        .iter()
        .position(|argument| !argument.starts_with("--"));
    let rest = name.map_or(&[][..], |place| &arguments[place + 1..]);
    match name.map(|place| arguments[place].as_str()) {
        Some("http") => runtime.block_on(http::run()),
        Some("actions") => runtime.block_on(actions::run(rest)),
        Some("dashboard") => runtime.block_on(dashboard::run(rest)),
        Some("webhooks") => runtime.block_on(webhooks::run(rest)),
        // What a benchmark starts in other processes: the program itself, which
        // reads its own command line, and the handler that does nothing.
        Some("organizations") if rest.first().is_none_or(|word| word != "import") => {
            runtime.block_on(organizations::run(rest));
        }
        Some("serve" | "organizations") => {
            let ended = runtime.block_on(server::cli::run());
            ended.expect("the program ends well");
        }
        Some("empty") => runtime.block_on(empty::run()),
        other => {
            println!(
                "no benchmark {other:?}; there are: http, actions, dashboard, organizations, webhooks"
            );
            std::process::exit(2);
        }
    }
}

//! From nothing to a first signed call.

use maud::{Markup, html};

use crate::config::Environment;

pub(super) fn first_call(environment: Environment) -> Markup {
    html! {
        section.card #first-call aria-labelledby="first-call-title" {
            h2 #first-call-title { "Your first call" }
            ol.steps {
                li {
                    h3 { "Get keys" }
                    @match environment {
                        Environment::Sandbox => {
                            p { "A demo server writes its keys to " code { "demo-credentials.json" } " in its data directory:" }
                            pre tabindex="0" { code { "giving serve --demo\ncat data/demo-credentials.json" } }
                            p.quiet { "On a sandbox that is not a demo, whoever runs it makes a pair: " code { "giving keys create --partner SLUG --name NAME" } "." }
                        }
                        Environment::Production => {
                            p { "This server moves real money. Make a pair of keys in the portal or ask whoever runs the server, and try calls in a sandbox first." }
                        }
                    }
                }
                li {
                    h3 { "Hand them to this page" }
                    p { "Paste the whole file, or each key. They stay in this page's memory and go nowhere but into the calls that you send." }
                    (keys())
                }
                li {
                    h3 { "Send a signed call" }
                    p { "It reads your token pools. The browser signs it, as your server would." }
                    form data-call="listPools" data-method="GET" data-path="/v1/partner/token-pools" data-auth="signed" {
                        button.main type="submit" { "Send " code { "GET /v1/partner/token-pools" } }
                        div.result role="status" {}
                    }
                }
                li {
                    h3 { "Go on" }
                    p {
                        a href="#createUser" { "Make a user" } ", "
                        a href="#submitAction" { "reward an action" } " and "
                        a href="#getUserBalance" { "look at the balance" } ". Then "
                        a href="#createLink" { "make a donation link" } " and pay it with the card 4242 4242 4242 4242. "
                        "Each call below comes with curl, JavaScript and Python, which read the keys from the environment:"
                    }
                    pre tabindex="0" { code { "export GIVING_PUBLIC_KEY=pk_… GIVING_SECRET_KEY=sk_… GIVING_HMAC_SECRET=…" } }
                }
            }
        }
    }
}

/// Where keys are typed. The form is never sent: the script reads its fields.
fn keys() -> Markup {
    let secret = |id: &str, label: &str, hint: &str| {
        html! {
            div.field {
                label for=(id) { (label) }
                input id=(id) type="password" autocomplete="off" spellcheck="false" placeholder=(hint);
            }
        }
    };
    html! {
        form.keys aria-label="Keys" autocomplete="off" {
            div.field {
                label for="credentials" { "demo-credentials.json" }
                textarea #credentials rows="2" spellcheck="false" autocomplete="off" placeholder="{ \"publicKey\": … }" {}
            }
            div.pair {
                (secret("publicKey", "Publishable key", "pk_…"))
                (secret("secretKey", "Secret key", "sk_…"))
                (secret("hmacSecret", "HMAC secret", "64 hex digits"))
                (secret("accessToken", "Access token of the portal", "filled in when you sign in below"))
            }
            div.row {
                label.check { input #keep type="checkbox"; span { "Keep them until this tab is closed" } }
                button #forget type="button" { "Forget them" }
            }
            p.quiet #keys-state role="status" { "No keys yet." }
        }
    }
}

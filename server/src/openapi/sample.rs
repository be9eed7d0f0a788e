//! The example of a call as a program, in three languages without any library.
//! Keys come from the environment, so that none is ever copied into a source.

use serde_json::Value;

use super::{Credential, Means, Operation};

/// A program that makes one call.
#[derive(Clone, Debug)]
pub struct Sample {
    /// As `OpenAPI` tools name it.
    pub language: &'static str,
    pub label: &'static str,
    pub source: String,
}

/// What a sample says of its call.
struct Parts<'a> {
    method: &'static str,
    base_url: &'a str,
    target: String,
    body: Option<String>,
    means: Means,
}

/// The example of a call by curl, in JavaScript and in Python.
pub fn samples(operation: &Operation, base_url: &str) -> Vec<Sample> {
    let body = operation.body.as_ref();
    let parts = Parts {
        method: operation.facts.method.as_str(),
        base_url,
        target: operation.example_target(),
        body: body.map(|body| written(&body.example)),
        means: Means::of(operation.facts.auth),
    };
    let sample = |language, label, source| Sample {
        language,
        label,
        source,
    };
    vec![
        sample("Shell", "curl", curl(&parts)),
        sample("JavaScript", "JavaScript", javascript(&parts)),
        sample("Python", "Python", python(&parts)),
    ]
}

/// On one line as long as it is short.
pub(super) fn written(example: &Value) -> String {
    const SHORT: usize = 60;
    let line = example.to_string();
    if line.len() <= SHORT {
        return line;
    }
    serde_json::to_string_pretty(example).unwrap_or(line)
}

/// What stands before a value, in the languages that join texts by `+`.
fn joined(prefix: &str) -> String {
    if prefix.is_empty() {
        return String::new();
    }
    format!("\"{prefix}\" + ")
}

fn curl(parts: &Parts<'_>) -> String {
    let Parts {
        method,
        target,
        base_url,
        ..
    } = parts;
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let mut lines = Vec::new();
    if let Some(body) = &parts.body {
        lines.push(format!("body={}", quoted(body)));
    }
    if parts.means.is_signed {
        let body = if parts.body.is_some() { "$body" } else { "" };
        lines.extend([
            "timestamp=$(date +%s)".to_owned(),
            format!(
                "body_hash=$(printf %s \"{body}\" | openssl dgst -sha256 -r | cut -d ' ' -f 1)"
            ),
            format!("signature=$(printf %s \"${{timestamp}}{method}{target}$body_hash\" |"),
            "  openssl dgst -sha256 -hmac \"$GIVING_HMAC_SECRET\" -r | cut -d ' ' -f 1)".to_owned(),
        ]);
    }
    let verb = if *method == "GET" {
        String::new()
    } else {
        format!("-X {method} ")
    };
    let address = quoted(&format!("{base_url}{target}"));
    let mut call = vec![format!("curl -sS {verb}{address}")];
    call.extend(parts.means.credential.map(|credential| {
        let Credential {
            header,
            prefix,
            variable,
        } = credential;
        format!("  -H \"{header}: {prefix}${variable}\"")
    }));
    if parts.means.is_signed {
        call.push("  -H \"X-Timestamp: $timestamp\"".to_owned());
        call.push("  -H \"X-Signature: $signature\"".to_owned());
    }
    if parts.body.is_some() {
        call.push("  -H 'Content-Type: application/json'".to_owned());
        call.push("  --data-binary \"$body\"".to_owned());
    }
    lines.push(call.join(" \\\n"));
    lines.join("\n")
}

fn javascript(parts: &Parts<'_>) -> String {
    let Parts {
        method,
        target,
        base_url,
        ..
    } = parts;
    let mut lines = Vec::new();
    if parts.means.is_signed {
        lines.push("import { createHash, createHmac } from \"node:crypto\";\n".to_owned());
    }
    lines.push(format!("const path = {};", Value::from(target.as_str())));
    if let Some(body) = &parts.body {
        lines.push(format!("const body = JSON.stringify({body});"));
    }
    let mut headers = Vec::new();
    headers.extend(parts.means.credential.map(|credential| {
        let Credential {
            header,
            prefix,
            variable,
        } = credential;
        format!("  \"{header}\": {}process.env.{variable},", joined(prefix))
    }));
    if parts.means.is_signed {
        let body = if parts.body.is_some() { "body" } else { "\"\"" };
        lines.extend([
            "const timestamp = Math.floor(Date.now() / 1000).toString();".to_owned(),
            format!("const bodyHash = createHash(\"sha256\").update({body}).digest(\"hex\");"),
            "const signature = createHmac(\"sha256\", process.env.GIVING_HMAC_SECRET)".to_owned(),
            format!("  .update(timestamp + \"{method}\" + path + bodyHash)"),
            "  .digest(\"hex\");".to_owned(),
        ]);
        headers.push("  \"X-Timestamp\": timestamp,".to_owned());
        headers.push("  \"X-Signature\": signature,".to_owned());
    }
    if parts.body.is_some() {
        headers.push("  \"Content-Type\": \"application/json\",".to_owned());
    }
    lines.push(format!("const headers = {{\n{}\n}};", headers.join("\n")));
    let body = if parts.body.is_some() { ", body" } else { "" };
    lines.extend([
        format!("const response = await fetch(\"{base_url}\" + path, {{ method: \"{method}\", headers{body} }});"),
        "console.log(response.status, await response.text());".to_owned(),
    ]);
    lines.join("\n")
}

fn python(parts: &Parts<'_>) -> String {
    let Parts {
        method,
        target,
        base_url,
        ..
    } = parts;
    let modules = if parts.means.is_signed {
        "import hashlib, hmac, os, time, urllib.request\n"
    } else {
        "import os, urllib.request\n"
    };
    let mut lines = vec![
        modules.to_owned(),
        format!("path = {}", Value::from(target.as_str())),
    ];
    match &parts.body {
        Some(body) => lines.push(format!("body = r\"\"\"{body}\"\"\".encode()")),
        None if parts.means.is_signed => lines.push("body = b\"\"".to_owned()),
        None => {}
    }
    let mut headers = Vec::new();
    headers.extend(parts.means.credential.map(|credential| {
        let Credential {
            header,
            prefix,
            variable,
        } = credential;
        format!(
            "    \"{header}\": {}os.environ[\"{variable}\"],",
            joined(prefix)
        )
    }));
    if parts.means.is_signed {
        lines.extend([
            "timestamp = str(int(time.time()))".to_owned(),
            format!("payload = timestamp + \"{method}\" + path + hashlib.sha256(body).hexdigest()"),
            "secret = os.environ[\"GIVING_HMAC_SECRET\"].encode()".to_owned(),
            "signature = hmac.new(secret, payload.encode(), hashlib.sha256).hexdigest()".to_owned(),
        ]);
        headers.push("    \"X-Timestamp\": timestamp,".to_owned());
        headers.push("    \"X-Signature\": signature,".to_owned());
    }
    if parts.body.is_some() {
        headers.push("    \"Content-Type\": \"application/json\",".to_owned());
    }
    lines.push(format!("headers = {{\n{}\n}}", headers.join("\n")));
    let data = if parts.body.is_some() {
        "data=body, "
    } else {
        ""
    };
    lines.extend([
        format!("request = urllib.request.Request(\"{base_url}\" + path, {data}method=\"{method}\", headers=headers)"),
        "with urllib.request.urlopen(request) as response:".to_owned(),
        "    print(response.status, response.read().decode())".to_owned(),
    ]);
    lines.join("\n")
}

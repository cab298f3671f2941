//! Tells the time in Moscow as JSON. One source, three programs:
//!
//! - `MODE=once`: prints the time and ends, natively and as WebAssembly;
//! - built natively: a small HTTP server on `LISTEN` (127.0.0.1:8080);
//! - built for WASI, under Spin or another WAGI host: answers one request. WAGI is CGI: the request is in the environment, and
//!   `REQUEST_METHOD` is how the program knows.
//!
//! Moscow is three hours ahead of UTC all year since 2014-10-26, two o'clock. So no time zone database is needed, which a WASI
//! host would not offer. Should the law change, this is what to change. A clock that shows an earlier time is wrong, and is
//! reported and not believed.

use std::env;
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

const OFFSET_HOURS: i64 = 3;
/// 2014-10-25T22:00:00Z.
const OFFSET_SINCE: i64 = 1_414_274_400;

fn main() {
    let method = env::var("REQUEST_METHOD").unwrap_or_default();
    if !method.is_empty() {
        let path = env::var("PATH_INFO").unwrap_or_default();
        let answer = Answer::to(&method, &path);
        print!("Status: {}\nContent-Type: {}\n\n{}", answer.status, JSON, answer.body);
    } else if env::var("MODE").map_or(false, |mode| mode == "once") || cfg!(target_os = "wasi") {
        let answer = Answer::to("GET", "/");
        print!("{}", answer.body);
        process::exit(if answer.status == "200 OK" { 0 } else { 1 });
    } else {
        server::run();
    }
}

const JSON: &str = "application/json";

/// What a request gets, whatever brought it here.
struct Answer {
    status: &'static str,
    body: String,
}

impl Answer {
    fn to(method: &str, path: &str) -> Answer {
        match (method, path) {
            ("GET" | "HEAD", "" | "/") => Answer::at(now()),
            (_, "" | "/") => Answer { status: "405 Method Not Allowed", body: "{\"error\":\"use GET\"}\n".into() },
            _ => Answer { status: "404 Not Found", body: "{\"error\":\"there is only /\"}\n".into() },
        }
    }

    fn at(unix: i64) -> Answer {
        let time = moscow_time(unix);
        if unix < OFFSET_SINCE {
            let body = format!("{{\"error\":\"the clock here is wrong\",\"clock\":\"{}\"}}\n", time);
            return Answer { status: "503 Service Unavailable", body };
        }
        Answer { status: "200 OK", body: format!("{{\"city\":\"Moscow\",\"time\":\"{}\",\"unix\":{}}}\n", time, unix) }
    }
}

/// Seconds since 1970 in UTC; before that, 0.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

fn moscow_time(unix: i64) -> String {
    let local = unix + OFFSET_HOURS * 3600;
    let (year, month, day) = date(local.div_euclid(86400));
    let second = local.rem_euclid(86400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+{:02}:00", year, month, day, hour, minute, second, OFFSET_HOURS)
}

/// The date a number of days after 1970-01-01, in the Gregorian calendar.
fn date(mut days: i64) -> (i64, i64, i64) {
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    // Whole cycles of 400 years are alike; the rest is counted.
    let mut year = 1970 + days.div_euclid(146_097) * 400;
    days = days.rem_euclid(146_097);
    while days >= 365 + i64::from(is_leap(year)) {
        days -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + i64::from(is_leap(year));
    for (month, length) in (1..).zip([31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
        if days < length {
            return (year, month, days + 1);
        }
        days -= length;
    }
    unreachable!("a year has no more days than its months")
}

#[cfg(not(target_os = "wasi"))]
mod server {
    use super::{Answer, JSON};
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;
    use std::{env, process, thread};

    /// How much of a request's head is read, and how long a client may take for it.
    const HEAD_BYTES: u64 = 8192;
    const PATIENCE: Duration = Duration::from_secs(10);

    pub fn run() {
        let address = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".into());
        let listener = TcpListener::bind(&address).unwrap_or_else(|error| {
            eprintln!("Could not listen on {}: {}. Set LISTEN to a free address.", address, error);
            process::exit(69)
        });
        eprintln!("Listening on {}", listener.local_addr().map_or(address, |actual| actual.to_string()));
        for client in listener.incoming().flatten() {
            thread::spawn(move || answer(client));
        }
    }

    /// One request, then the connection is closed. Whoever goes away early gets nothing.
    fn answer(client: TcpStream) -> Option<()> {
        client.set_read_timeout(Some(PATIENCE)).ok()?;
        client.set_write_timeout(Some(PATIENCE)).ok()?;
        let mut lines = BufReader::new((&client).take(HEAD_BYTES)).lines();
        let first = lines.next()?.ok()?;
        // The rest of the head says nothing that matters here, but it has to be read.
        while !lines.next()?.ok()?.is_empty() {}
        let mut words = first.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        let answer = Answer::to(method, target.split('?').next()?);
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            answer.status,
            JSON,
            answer.body.len()
        );
        let body = if method == "HEAD" { "" } else { &answer.body };
        (&client).write_all((head + body).as_bytes()).ok()
    }
}

#[cfg(target_os = "wasi")]
mod server {
    /// WASI preview 1 has no sockets to listen on; `main` does not come here.
    pub fn run() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(-1), (1969, 12, 31));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_778), (2026, 11, 21));
        assert_eq!(date(47_540), (2100, 2, 28));
        assert_eq!(date(47_541), (2100, 3, 1));
    }

    #[test]
    fn moscow_is_three_hours_ahead() {
        assert_eq!(moscow_time(1_795_208_399), "2026-11-20T23:59:59+03:00");
        assert_eq!(moscow_time(1_795_208_400), "2026-11-21T00:00:00+03:00");
        assert_eq!(
            Answer::at(1_795_208_400).body,
            "{\"city\":\"Moscow\",\"time\":\"2026-11-21T00:00:00+03:00\",\"unix\":1795208400}\n"
        );
    }

    #[test]
    fn a_clock_from_before_the_law_is_not_believed() {
        assert_eq!(Answer::at(OFFSET_SINCE - 1).status, "503 Service Unavailable");
        assert_eq!(Answer::at(OFFSET_SINCE).status, "200 OK");
        assert!(Answer::at(0).body.contains("1970-01-01T03:00:00+03:00"));
    }

    #[test]
    fn only_the_root_can_be_read() {
        assert_eq!(Answer::to("GET", "").status, "200 OK");
        assert_eq!(Answer::to("HEAD", "/").status, "200 OK");
        assert_eq!(Answer::to("POST", "/").status, "405 Method Not Allowed");
        assert_eq!(Answer::to("GET", "/x").status, "404 Not Found");
    }
}

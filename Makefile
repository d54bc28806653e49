# Two commands matter: `make run` and `make test`. Both install what is missing (and ask before sudo).

TARGET := $(or $(CARGO_TARGET_DIR),target)
BIN := $(TARGET)/release
VENV := $(TARGET)/venv
# cargo-nextest runs tests side by side and keeps the heavy ones from starving each other; cargo test does as well.
NEXTEST := $(shell command -v cargo-nextest 2>/dev/null)
CARGO_TEST := $(if $(NEXTEST),cargo nextest run,cargo test)

.PHONY: run test test-core test-package package dist install uninstall packages-package bench bench-latency bench-outages \
  bench-provider bench-arrival bench-share bench-throughput bench-memory bench-start bench-store bench-ui faults \
  faults-long lint format types icons build ui venv toolchain packages-run packages-test packages-bench test-ui test-rust screenshots

## Build Mailwren and start it: on the demo while no account is set; on a virtual desktop where there is no display.
run: packages-run build
	tests/desktop/run

## All tests: the UI's, the crates', and end to end with real servers on a real (virtual) desktop.
test: packages-test test-ui test-rust

# Its build is judged by its size.
test-ui: ui
	npm --prefix ui run --silent check
	npm --prefix ui test
	npm --prefix ui run e2e

test-rust: build venv
	$(CARGO_TEST) --release --workspace

## The packages installed, started, upgraded and removed in a new Debian of their own: as root, in minutes, from Debian's archive.
test-package: packages-test build venv
	cargo test --release --workspace --test all package:: -- --ignored

## The pure core's tests alone: quick, and without a server or a desktop.
test-core:
	$(CARGO_TEST) --release -p mailwren-core

# What `make bench` measures.
BENCHES := arrival share throughput memory start store latency outages provider windows ui

# What is measured is what packages are made from, where that makes a difference.
MEASURED := MAILWREN_PROGRAMS=$(abspath $(TARGET)/dist)

## All that is measured, one after the other, on a machine that has nothing else to do: tables, and JSON in target/.
bench:
	@missed=; for one in $(BENCHES); do $(MAKE) bench-$$one || missed="$$missed $$one"; done; \
	  [ -z "$$missed" ] || { echo "Missed:$$missed" >&2; exit 1; }

## What the windows take: size, opening, bursts, search, on the web twin in Chromium.
bench-ui: ui/node_modules/.package-lock.json
	npm --prefix ui run --silent bench

## In the app: from a click on the tray icon to mail on the screen with 100 and 100,000 mails stored, a search, and a burst.
.PHONY: bench-windows
bench-windows: packages-test build venv dist
	$(MEASURED) $(BIN)/windows-bench $(WINDOWS)

## Pictures of every state of the windows, into docs/screenshots/.
screenshots: ui/node_modules/.package-lock.json
	npm --prefix ui run --silent screenshots

## Breaks everything between Mailwren and three servers, and counts what is lost or told twice: a table, in minutes.
faults: packages-test build venv
	$(BIN)/faults $(FAULTS)

## The same with at least 1,000 faults and 10,000 events on each server. FAULTS="--seed 7 --server prosody" chooses.
faults-long: packages-test build venv
	$(BIN)/faults --long $(FAULTS)

## From a mail's delivery to the event at a device, beside a plain IDLE client: a table, in two minutes.
bench-latency: packages-test build venv
	$(BIN)/latency $(LATENCY)

## How soon mail is told once a server is back, and how soon what was read is gone everywhere. OUTAGES="--away 60 --times 5".
bench-outages: packages-test build venv
	$(BIN)/outages $(OUTAGES)

## One bridge for 10,000 mailboxes, on a component of ejabberd: a table, in minutes. PROVIDER="--mailboxes 1000" takes fewer.
bench-provider: packages-test build
	$(BIN)/provider-bench $(PROVIDER)

## From a mail's delivery to the notification on a desktop, by push and without, beside Mailnag: a table, in two minutes.
bench-arrival: packages-bench build venv dist
	$(MEASURED) $(BIN)/arrival $(ARRIVAL)

## What of the way from publication to notification is Mailwren's own: a table, in seven minutes. SHARE="--items 30" takes fewer.
bench-share: packages-test build venv dist
	$(MEASURED) $(BIN)/share $(SHARE)

## 10,000 items from ejabberd, beside a client that does nothing but count them, and more from memory: a table, in minutes.
bench-throughput: packages-test build venv dist
	$(MEASURED) $(BIN)/throughput $(THROUGHPUT)

## What Mailwren has of the memory, with and without windows, beside Mailnag and Thunderbird: a table, in minutes.
bench-memory: packages-bench build dist
	$(MEASURED) $(BIN)/memory $(MEMORY)

## How soon it is there once it is started, and what it does while nothing happens: a table, in a quarter of an hour.
bench-start: packages-bench build dist
	$(MEASURED) $(BIN)/start $(START)

## What a million stored events take, beside ten thousand: a table, in minutes. STORE="--events 100000" takes fewer.
bench-store: build
	$(BIN)/store $(STORE)

## Packages for Debian's kin and for RPM's, into target/package/. PROFILE=release packages what `make build` made; KINDS=deb
## makes those alone.
PROFILE := dist
KINDS := deb rpm
package: packages-package $(if $(filter release,$(PROFILE)),build,dist)
	packaging/package --programs $(TARGET)/$(PROFILE) --out $(TARGET)/package $(KINDS)

# Where rustc links by LLD: functions that are the same are there once, and what is put right at the start takes less.
comma := ,
DIST_LINK := $(if $(findstring host: x86_64-unknown-linux-gnu,$(shell rustc -vV 2>/dev/null)),\
  -C link-arg=-Wl$(comma)--icf=safe -C link-arg=-Wl$(comma)-z$(comma)pack-relative-relocs)

# Takes a while: the whole program is optimised as one.
dist: toolchain ui
	RUSTFLAGS="$(strip $(RUSTFLAGS) $(DIST_LINK))" cargo build --profile dist -p mailwren -p mailwren-cli -p mailwren-pages

## What `make build` made, below PREFIX: `sudo make install`; `sudo make uninstall` takes it away.
PREFIX := /usr/local
install:
	packaging/install --programs $(BIN) --prefix $(PREFIX) --destdir "$(DESTDIR)"

uninstall:
	packaging/install --remove --prefix $(PREFIX) --destdir "$(DESTDIR)"

## Formatting, lints, documentation, licences.
lint: ui/node_modules/.package-lock.json ui
	cargo fmt --all --check
	# With the feature, the tray of other systems is looked at, too.
	cargo clippy --release --workspace --all-targets --features mailwren/tauri-tray -- -D warnings
	# With the same features, so that both look at the dependencies once.
	RUSTDOCFLAGS="-D warnings" cargo doc --release --workspace --no-deps --features mailwren/tauri-tray --quiet
	npm --prefix ui run --silent lint
	npm --prefix ui run --silent check
	@if command -v cargo-deny >/dev/null; then cargo deny --offline check licenses bans sources; \
	  else echo "cargo-deny isn't installed: licences, bans and sources were not checked"; fi

## Format everything.
format: ui/node_modules/.package-lock.json
	cargo fmt --all
	npm --prefix ui run --silent format

## The UI's types and message names, from the Rust types and the catalogue.
types: ui/node_modules/.package-lock.json
	UPDATE_TYPES=1 cargo test --release -p mailwren-core --test all wire_types
	npm --prefix ui run --silent messages

## The PNGs under icons/, from their SVG sources.
icons:
	icons/render

## Both programs, and everything the tests run.
build: toolchain ui
	cargo build --release --workspace

ui: ui/dist/feed.html

ui/dist/feed.html: ui/node_modules/.package-lock.json $(shell find ui \( -path ui/node_modules -o -path 'ui/dist*' -o -path ui/test-results \) -prune -o -type f -print 2>/dev/null)
	npm --prefix ui run --silent build
	@touch $@

ui/node_modules/.package-lock.json: ui/package-lock.json | toolchain
	npm --prefix ui ci --no-audit --no-fund
	@touch $@

venv: $(VENV)/ready

$(VENV)/ready: tests/requirements.txt
	python3 -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet -r $<
	@touch $@

packages-run:
	tests/packages build $(if $(DISPLAY)$(WAYLAND_DISPLAY),,desktop)

packages-package:
	tests/packages build package

packages-test:
	tests/packages build desktop package test

packages-bench:
	tests/packages build desktop test bench

toolchain:
	@command -v cargo >/dev/null || { echo "Rust is missing: see https://rustup.rs" >&2; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
	  2>/dev/null || { echo "Node 20.19 or newer is missing: see https://nodejs.org" >&2; exit 1; }

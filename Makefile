# Needs Go 1.26, make and a C++ compiler. `make` alone lists what can be done.

DAYCAST_DATA  ?= ../shared/data
VERSION       ?= $(shell git describe --always --dirty 2>/dev/null || echo dev)
ARGS          ?=
FUZZTIME      ?= 5s
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# What runs on several threads or holds state that others read meanwhile.
CONCURRENT := ./clean/... ./evaluate/... ./model/... ./pipeline/... ./registry/... ./serve/... ./signal/fetch

# Tests run in their package's folder, so the data's path has to be absolute.
override DAYCAST_DATA := $(shell cd '$(DAYCAST_DATA)' 2>/dev/null && pwd || echo '$(DAYCAST_DATA)')
export DAYCAST_DATA
export CGO_ENABLED := 1
# Trees compare eight thresholds at a time where the processor can. Without it
# (a plain `go build`) they do so one by one, with the same results.
export GOEXPERIMENT ?= simd

.DEFAULT_GOAL := help
.SUFFIXES:

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { sub("%", "NAME", $$1); printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: build
build: compiler ## Build bin/daycast
	go build -trimpath -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o bin/daycast ./cmd/daycast

# The resolver and the user database in Go: those of the C library load shared
# libraries of the machine, which a static program is there to do without. The
# linker warns of three such calls in DuckDB: extensions, ~ in paths and HTTP,
# none of which daycast uses. The tag static leaves out what loads the XGBoost
# library: a static program cannot load any.
.PHONY: static
static: compiler ## Build bin/static/daycast, which needs nothing of the machine that it runs on
	go build -trimpath -buildvcs=false -tags static,netgo,osusergo,timetzdata \
		-ldflags '-linkmode external -extldflags -static -s -w -X main.version=$(VERSION)' -o bin/static/daycast ./cmd/daycast

.PHONY: cloud
cloud: compiler ## Build bin/cloud/daycast, which also reads gs:// and azblob://, and test that
	go test -tags gs,azblob -run Cloud ./source
	go build -trimpath -buildvcs=false -tags gs,azblob -ldflags '-X main.version=$(VERSION)' -o bin/cloud/daycast ./cmd/daycast

.PHONY: image
image: ## Build the container image daycast:VERSION with buildah, without a registry, and print its size
	deploy/image/build $(VERSION)

PREFIX ?= /usr/local
UNITS  ?= /etc/systemd/system

.PHONY: install
install: ## Install bin/daycast and its systemd units; DESTDIR=FOLDER for a package
	install -D -m 755 bin/daycast '$(DESTDIR)$(PREFIX)/bin/daycast'
	install -D -m 644 -t '$(DESTDIR)$(UNITS)' deploy/systemd/daycast.service deploy/systemd/daycast-schedule.service
	install -D -m 644 deploy/systemd/sysusers.conf '$(DESTDIR)/etc/sysusers.d/daycast.conf'

.PHONY: demo
demo: build ## Build, then go the whole way in .demo and serve; ARGS='--no-serve' ends after the summary
	@if [ -d '$(DAYCAST_DATA)/online_retail_ii' ]; then \
		echo 'demo: a real shop, the Online Retail II invoices in $(DAYCAST_DATA)/online_retail_ii'; \
		exec bin/daycast demo --dir .demo --online-retail '$(DAYCAST_DATA)/online_retail_ii' $(ARGS); \
	else \
		echo 'demo: a simulated shop; DAYCAST_DATA=FOLDER with online_retail_ii in it takes the real one'; \
		exec bin/daycast demo --dir .demo $(ARGS); \
	fi

.PHONY: test
test: compiler ## Vet and test everything; what needs a server or data that is not there says so and skips
	go vet ./...
	go test -timeout 15m ./...

.PHONY: test-race
test-race: compiler ## Test what is concurrent under the race detector
	go test -race -short -timeout 15m $(CONCURRENT)

.PHONY: test-ops
test-ops: test-ops-laptop test-ops-systemd test-ops-airflow test-ops-containers ## Try what deploy/ has, by the commands of docs/deploy.md; takes minutes

.PHONY: test-ops-%
test-ops-%: build ## Try one of them: runs deploy/NAME/test
	deploy/$*/test

.PHONY: lint
lint: compiler ## Check the style, the import rules and the house rules
	.ci/house
	go run $(GOLANGCI_LINT) run ./...

.PHONY: web
web: ## Build the report's page and the dashboard from web/src into web/dist; needs Node 18 or newer
	cd web && npm ci --ignore-scripts --no-audit --no-fund && npm run build

.PHONY: test-web
test-web: build ## Compare web/dist with what web/src builds, check types, drive both pages in Chromium
	web/test/run

.PHONY: fuzz
fuzz: compiler ## Fuzz each target for FUZZTIME (5s)
	@grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' . | while IFS=: read -r file func; do \
		echo "$$(dirname "$$file") $${func#func }"; \
		go test -run '^$$' -fuzz "^$${func#func }$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x "$$(dirname "$$file")" || exit; \
	done

.PHONY: cover
cover: compiler ## Write bin/cover.html and print the covered share
	@mkdir -p bin
	go test -timeout 5m -coverpkg ./... -coverprofile bin/cover.out ./...
	go tool cover -html bin/cover.out -o bin/cover.html
	@go tool cover -func bin/cover.out | tail -n 1

.PHONY: doc
doc: compiler ## Generate the reference pages from the code
	go generate ./...

bench-%: ## Compare with another program: runs bench/NAME/run; QUICK=1 ends within two minutes
	@[ -x bench/$*/run ] || { echo 'bench: there is no bench/$*/run; there is:' $(patsubst bench/%/run,%,$(wildcard bench/*/run)); exit 2; }
	@$(MAKE) --no-print-directory build
	bench/$*/run

.PHONY: clean
clean: ## Remove what was built and the demo's folder
	rm -rf bin .demo web/node_modules

# Not listed: what the targets above stand on.
.PHONY: compiler
compiler:
	@command -v go >/dev/null || { echo 'daycast is built with Go 1.26 or newer, and go is not on the PATH: https://go.dev/dl'; exit 1; }
	@for tool in $$(go env CC | cut -d' ' -f1) $$(go env CXX | cut -d' ' -f1); do \
		command -v "$$tool" >/dev/null || { \
			echo "daycast links DuckDB with a C++ compiler, and $$tool is not here: install g++ (Debian: apt-get install g++), or name yours in CC and CXX"; exit 1; }; \
	done

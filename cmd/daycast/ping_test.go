package main_test

import "testing"

// A container's health check: no config, one page, an exit code.
func TestPing(t *testing.T) {
	t.Parallel()
	dir := newShop(t)
	s := start(t, dir, "serve", "--addr", "127.0.0.1:0")
	none := t.TempDir()
	must(t, none, "ping", "--url", s.url+"/healthz")
	daycast(t, none, "ping", "--url", s.url+"/readyz").fails(t, 75, "/readyz answers with status 503", "no forecasts yet")
	must(t, dir, "run")
	until(t, "it is ready", func() bool { return daycast(t, none, "ping", "--url", s.url+"/readyz").code == 0 })
	s.stop()
	daycast(t, none, "ping", "--url", s.url+"/readyz").fails(t, 75, "connection refused")
	daycast(t, none, "ping", "--url", "localhost").fails(t, 2, "--url", "want a page")
}

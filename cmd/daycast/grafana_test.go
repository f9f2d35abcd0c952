package main_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A panel of the dashboard, as Grafana writes it.
type panel struct {
	ID                       int
	Type, Title, Description string
	Datasource               struct{ UID string }
	GridPos                  struct{ H, W, X, Y int }
	FieldConfig              struct {
		Defaults struct {
			Unit       string
			Thresholds struct{ Steps []struct{ Value *float64 } }
		}
		Overrides []struct{ Properties []struct{ ID string } }
	}
	Targets []query
}

type query struct{ RefID, Expr string }

func dashboard(t *testing.T) (panels []panel) {
	t.Helper()
	var d struct {
		UID           string
		SchemaVersion int
		Panels        []panel
	}
	if err := json.Unmarshal([]byte(read(t, deployed("grafana", "dashboards", "daycast.json"))), &d); err != nil {
		t.Fatal(err)
	}
	if d.UID == "" || d.SchemaVersion != 39 || len(d.Panels) == 0 {
		t.Fatalf("uid %q, schema %d, %d panels: want a uid, the schema of Grafana 11 and panels", d.UID, d.SchemaVersion, len(d.Panels))
	}
	return d.Panels
}

// dashboardQueries are the expressions by panel and target, their variables
// replaced.
func dashboardQueries(t *testing.T) map[string]string {
	t.Helper()
	variables := strings.NewReplacer("$job", "daycast", "$__rate_interval", "1m")
	queries := map[string]string{}
	for _, p := range dashboard(t) {
		for _, target := range p.Targets {
			expr := variables.Replace(target.Expr)
			if strings.Contains(expr, "$") {
				t.Errorf("%s: a variable that nobody replaces: %s", p.Title, expr)
			}
			queries[fmt.Sprintf("panel %d %q, query %s", p.ID, p.Title, target.RefID)] = expr
		}
	}
	return queries
}

// A panel says what it shows, in which unit, from the data source that the
// user chose, and in a place of its own.
func TestDashboard(t *testing.T) {
	t.Parallel()
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range dashboard(t) {
		if p.ID == 0 || ids[p.ID] {
			t.Errorf("%q: the id %d is not its own", p.Title, p.ID)
		}
		ids[p.ID] = true
		g := p.GridPos
		if g.W <= 0 || g.H <= 0 || g.X < 0 || g.Y < 0 || g.X+g.W > 24 {
			t.Errorf("%q: the place %+v is not on the grid", p.Title, g)
		}
		for x := g.X; x < g.X+g.W; x++ {
			for y := g.Y; y < g.Y+g.H; y++ {
				if other, ok := taken[[2]int{x, y}]; ok {
					t.Fatalf("%q lies over %q", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if p.Title == "" || p.Description == "" || p.Datasource.UID != "${datasource}" {
			t.Errorf("%q: want a title, a description and the data source ${datasource}, not %q", p.Title, p.Datasource.UID)
		}
		if p.Type != "table" && p.FieldConfig.Defaults.Unit == "" {
			t.Errorf("%q has no unit", p.Title)
		}
		refs := map[string]bool{}
		for _, target := range p.Targets {
			if target.Expr == "" || target.RefID == "" || refs[target.RefID] {
				t.Errorf("%q: a query without an expression or a name of its own: %+v", p.Title, target)
			}
			refs[target.RefID] = true
		}
		if len(refs) == 0 {
			t.Errorf("%q asks nothing", p.Title)
		}
	}
}

// A panel that names an alert is coloured at the alert's limits, or draws them,
// and every alert has one.
func TestDashboardLimits(t *testing.T) {
	t.Parallel()
	for _, a := range alerts(t) {
		named := false
		for _, p := range dashboard(t) {
			if !strings.Contains(p.Description, a.Name) {
				continue
			}
			named = true
			var steps []float64
			for _, s := range p.FieldConfig.Defaults.Thresholds.Steps {
				if s.Value != nil {
					steps = append(steps, *s.Value)
				}
			}
			for _, floor := range a.floors() {
				if p.Type == "stat" && !strings.Contains(p.Targets[0].Expr, ">= "+floor) {
					t.Errorf("%q is coloured by fewer than %s pairs, %s is not", p.Title, floor, a.Name)
				}
			}
			for _, limit := range a.limits(t) {
				drawn := slices.ContainsFunc(p.Targets, func(q query) bool { return strings.Contains(q.Expr, fmt.Sprint(limit)) })
				if limit != 0 && !drawn && !slices.Contains(steps, limit) {
					t.Errorf("%q is coloured at %v, %s fires at %v", p.Title, steps, a.Name, limit)
				}
			}
		}
		if !named {
			t.Errorf("no panel shows what %s watches", a.Name)
		}
	}
}

// Grafana takes files of version 1, which name Prometheus and the dashboard's folder.
func TestGrafanaProvisioning(t *testing.T) {
	t.Parallel()
	var sources struct {
		Version     int `yaml:"apiVersion"`
		Datasources []struct{ Type, URL string }
	}
	readYAML(t, deployed("grafana", "provisioning", "datasources", "prometheus.yml"), &sources)
	if sources.Version != 1 || len(sources.Datasources) != 1 || sources.Datasources[0].Type != "prometheus" || sources.Datasources[0].URL == "" {
		t.Errorf("%+v", sources)
	}
	var dashboards struct {
		Version   int `yaml:"apiVersion"`
		Providers []struct {
			Type    string
			Options struct{ Path string }
		}
	}
	readYAML(t, deployed("grafana", "provisioning", "dashboards", "daycast.yml"), &dashboards)
	if dashboards.Version != 1 || len(dashboards.Providers) != 1 || dashboards.Providers[0].Type != "file" || dashboards.Providers[0].Options.Path == "" {
		t.Errorf("%+v", dashboards)
	}
}

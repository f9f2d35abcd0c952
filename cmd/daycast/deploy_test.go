package main_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"daycast/config"
)

// A pod is what Kubernetes' manifests say of one.
type pod struct {
	Spec struct {
		SecurityContext struct {
			User  int `yaml:"runAsUser"`
			Group int `yaml:"runAsGroup"`
			Files int `yaml:"fsGroup"`
		} `yaml:"securityContext"`
		Containers []struct{ Args []string }
	}
}

// What deploy/ starts is understood by the program: its verbs, its flags and
// the configs. deploy/containers/test starts it.
func TestDeploymentsAreUnderstood(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"compose", "k8s"} {
		if _, err := config.Load(deployed(dir, "daycast.yaml")); err != nil {
			t.Error(err)
		}
	}

	var compose struct {
		Services map[string]struct {
			Image   string
			Command []string
		}
	}
	readYAML(t, deployed("compose", "compose.yaml"), &compose)
	commands := map[string][]string{}
	for name, s := range compose.Services {
		if s.Image == "daycast:latest" {
			commands["service "+name] = s.Command
		}
	}
	var server struct{ Spec struct{ Template pod } }
	readYAML(t, deployed("k8s", "serve.yaml"), &server)
	var job struct {
		Spec struct {
			Template struct {
				Spec struct{ Template pod }
			} `yaml:"jobTemplate"`
		}
	}
	readYAML(t, deployed("k8s", "schedule.yaml"), &job)
	user := regexp.MustCompile(`(?m)^USER (\d+:\d+)$`).FindStringSubmatch(read(t, deployed("image", "Dockerfile")))
	if user == nil {
		t.Fatal("the Dockerfile has no USER of two numbers")
	}
	for name, p := range map[string]pod{"Deployment": server.Spec.Template, "CronJob": job.Spec.Template.Spec.Template} {
		if got := fmt.Sprintf("%d:%d", p.Spec.SecurityContext.User, p.Spec.SecurityContext.Group); got != user[1] || p.Spec.SecurityContext.Files == 0 {
			t.Errorf("the %s runs as %s, fsGroup %d; the image's user is %s", name, got, p.Spec.SecurityContext.Files, user[1])
		}
		for _, c := range p.Spec.Containers {
			commands[name] = c.Args
		}
	}
	if len(commands) != 5 {
		t.Errorf("found %d commands: %v", len(commands), commands)
	}
	variable := regexp.MustCompile(`\$\{\w+:-(\w+)\}`)
	for name, command := range commands {
		args := strings.Split(variable.ReplaceAllString(strings.Join(command, "\n"), "$1"), "\n")
		// Flags are read before --help is heard.
		if o := daycast(t, t.TempDir(), append(args, "--help")...); o.code != 0 {
			t.Errorf("%s: daycast %s: %s", name, strings.Join(args, " "), o.errors)
		}
	}
}

package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Arm is one thing that is measured: a name, how to start it, its options.
type Arm struct {
	Name    string            `json:"name"`              // unique in a plan: "pool:size=64"
	Model   string            `json:"model"`             // as its binary describes it; of a user's server its name
	Options map[string]string `json:"options,omitempty"` // what was asked for; Settings adds what a cell needs
	TwinOf  string            `json:"twin_of,omitempty"` // the arm that this one repeats under another name
	Command []string          `json:"command,omitempty"` // a user's server: its argv with {port}, {host}, {backends}, {workload}
	URLPath string            `json:"url_path,omitempty"`
}

// External says that the arm is a user's own server.
func (a *Arm) External() bool { return len(a.Command) > 0 }

// OwnPort says that the server takes its port from its command line and knows
// nothing of the server contract.
func (a *Arm) OwnPort() bool {
	return slices.ContainsFunc(a.Command, func(s string) bool { return strings.Contains(s, "{port}") })
}

// OptionList is the arm's options as ASSAY_OPTIONS wants them, sorted by name.
func OptionList(options map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(name + "=" + options[name])
	}
	return b.String()
}

// ParseArms reads "goroutine,pool:size=64,queue=128,reactor": a comma ends an arm
// unless another option of it follows. An arm that is named a second time is the
// first one's twin. Unknown models and options are errors that name the nearest.
func ParseArms(list string, known []Model) ([]Arm, error) {
	var specs []string
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		name, _, option := strings.Cut(item, "=")
		if n := len(specs); option && n > 0 && !strings.Contains(name, ":") && strings.Contains(specs[n-1], ":") {
			specs[n-1] += "," + item
			continue
		}
		specs = append(specs, item)
	}
	var arms []Arm
	for _, spec := range specs {
		arm, err := parseArm(spec, known)
		if err != nil {
			return nil, err
		}
		arms = append(arms, arm)
	}
	return nameTwins(arms)
}

func parseArm(spec string, known []Model) (Arm, error) {
	name, options, given := strings.Cut(spec, ":")
	if name == "" {
		return Arm{}, fmt.Errorf("an arm is empty in the list of models: write them as goroutine,reactor,pool:size=64")
	}
	m, err := FindModel(name, known)
	if err != nil {
		return Arm{}, err
	}
	arm := Arm{Name: spec, Model: m.Name}
	if !given {
		return arm, nil
	}
	arm.Options = make(map[string]string)
	for pair := range strings.SplitSeq(options, ",") {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" || value == "" {
			return Arm{}, fmt.Errorf("option %q of %s: write it as name=value, like pool:size=64", pair, name)
		}
		if err := m.Knows(key); err != nil {
			return Arm{}, err
		}
		if _, twice := arm.Options[key]; twice {
			return Arm{}, fmt.Errorf("option %s of %s is set twice", key, name)
		}
		arm.Options[key] = value
	}
	return arm, nil
}

// nameTwins makes the second arm of a name the twin of the first.
func nameTwins(arms []Arm) ([]Arm, error) {
	seen := make(map[string]bool)
	for i := range arms {
		a := &arms[i]
		if seen[a.Name] {
			a.TwinOf = a.Name
			a.Name = twinName(a.Name)
		}
		if seen[a.Name] {
			return nil, fmt.Errorf("%s is named three times: twice makes it and its twin", a.TwinOf)
		}
		seen[a.Name] = true
	}
	return arms, nil
}

func twinName(of string) string { return of + "-twin" }

// withTwin adds a twin of the first arm, unless there is one.
func withTwin(arms []Arm) []Arm {
	if len(arms) == 0 || slices.ContainsFunc(arms, func(a Arm) bool { return a.TwinOf != "" }) {
		return arms
	}
	twin := arms[0]
	twin.TwinOf, twin.Name = twin.Name, twinName(twin.Name)
	return slices.Insert(arms, 1, twin)
}

// ParseServer reads a user's own server: "mine=./mysvc --port {port}". With
// {port} the harness chooses the port and asks the server until it answers;
// without, the server keeps to models/CONTRACT.md. Quotes and backslashes group
// words as in a shell; nothing else of a shell is done.
func ParseServer(text, urlPath string) (Arm, error) {
	name, line, ok := strings.Cut(text, "=")
	if !ok || strings.ContainsAny(name, " /,:") || name == "" {
		return Arm{}, fmt.Errorf("server %q: write it as name=command, like 'mine=./mysvc --port {port}'; no space, comma, colon or slash in the name", text)
	}
	argv, err := splitWords(line)
	if err != nil {
		return Arm{}, fmt.Errorf("server %s: %w", name, err)
	}
	if len(argv) == 0 {
		return Arm{}, fmt.Errorf("server %s has no command: write it as '%s=./mysvc --port {port}'", name, name)
	}
	if urlPath != "" && !strings.HasPrefix(urlPath, "/") {
		return Arm{}, fmt.Errorf("url path %q of server %s: it must begin with a slash, like /hello", urlPath, name)
	}
	return Arm{Name: name, Model: name, Command: argv, URLPath: urlPath}, nil
}

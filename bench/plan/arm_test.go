package plan

import (
	"reflect"
	"slices"
	"testing"
)

func TestParseArms(t *testing.T) {
	for _, row := range []struct {
		list string
		want []Arm
	}{
		{"goroutine,reactor", []Arm{{Name: "goroutine", Model: "goroutine"}, {Name: "reactor", Model: "reactor"}}},
		// a comma before an option continues the arm, before a model it ends it
		{
			"pool:size=64,queue=128, reactor", []Arm{
				{Name: "pool:size=64,queue=128", Model: "pool", Options: map[string]string{"size": "64", "queue": "128"}},
				{Name: "reactor", Model: "reactor"},
			},
		},
		// one model with two settings is two arms
		{
			"pool:size=8,pool:size=9", []Arm{
				{Name: "pool:size=8", Model: "pool", Options: map[string]string{"size": "8"}},
				{Name: "pool:size=9", Model: "pool", Options: map[string]string{"size": "9"}},
			},
		},
		// named twice: a twin
		{"reactor,reactor", []Arm{{Name: "reactor", Model: "reactor"}, {Name: "reactor-twin", Model: "reactor", TwinOf: "reactor"}}},
	} {
		got, err := ParseArms(row.list, known().Models)
		if err != nil || !reflect.DeepEqual(got, row.want) {
			t.Errorf("ParseArms(%q) = %+v, %v; want %+v", row.list, got, err, row.want)
		}
	}
}

func TestParseArmsRefuses(t *testing.T) {
	for _, row := range []struct {
		list string
		says []string
	}{
		{"goroutin", []string{`unknown model "goroutin"`, `did you mean "goroutine"`, "thread-c"}},
		{"pool:sizes=3", []string{`no option "sizes"`, `did you mean "size"`}},
		{"serial:x=1", []string{"serial", `"x"`, "takes none"}},
		{"pool:size", []string{`"size"`, "name=value"}},
		{"pool:size=", []string{"name=value"}},
		{"goroutine,,pool", []string{"empty"}},
		{"pool:size=3,size=4", []string{"size of pool", "twice"}},
		{"pool,pool,pool", []string{"pool", "three times"}},
	} {
		_, err := ParseArms(row.list, known().Models)
		wantError(t, err, row.says...)
	}
	_, err := ParseArms("pool", nil)
	wantError(t, err, "make build")
}

func TestParseServer(t *testing.T) {
	a, err := ParseServer(`mine=./my\ svc --port {port} --name "a 'b'" 'c\d'`, "/hello")
	want := []string{"./my svc", "--port", "{port}", "--name", "a 'b'", `c\d`}
	if err != nil || !slices.Equal(a.Command, want) || a.Name != "mine" || a.URLPath != "/hello" || !a.OwnPort() || !a.External() {
		t.Errorf("got %+v, %v; want command %q", a, err, want)
	}
	if a, err = ParseServer("mine=./svc", ""); err != nil || a.OwnPort() {
		t.Errorf("a command without {port} keeps to the contract: %+v, %v", a, err)
	}
	for text, says := range map[string]string{
		"./svc":        "name=command",
		"=./svc":       "name=command",
		"a b=./svc":    "name=command",
		"mine=":        "no command",
		"mine='x":      "never closed",
		`mine=x\`:      "backslash",
		"mine=x y=z {": "",
	} {
		_, err := ParseServer(text, "")
		if says == "" {
			if err != nil {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		wantError(t, err, says)
	}
	_, err = ParseServer("mine=x", "hello")
	wantError(t, err, "slash", "mine")
}

func TestOptionList(t *testing.T) {
	if got := OptionList(map[string]string{"size": "64", "procs": "72", "queue": "1"}); got != "procs=72,queue=1,size=64" {
		t.Errorf("got %q", got)
	}
}

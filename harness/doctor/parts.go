package doctor

import "path/filepath"

// Part is an optional part: something that widens what can be measured.
type Part struct {
	Name    string `json:"name"`
	Gives   string `json:"gives"`
	Found   string `json:"found,omitempty"` // its path; "" if it is not here
	Install string `json:"install"`
}

const yardsticks = "scripts/yardsticks.sh"

// parts is the table of them: any of the commands will do. Packages are Debian's names.
var parts = []struct {
	name, gives string
	commands    []string
	install     string
}{
	{"C compiler", "thread-c, threads without a runtime, and the yardsticks in C", []string{"cc", "gcc", "clang"}, "apt-get install gcc make libc6-dev"},
	{"wrk", "a generator to compare ours with", []string{"wrk"}, yardsticks},
	{"ab", "a generator to compare ours with", []string{"ab"}, yardsticks},
	{"hey", "a generator to compare ours with", []string{"hey"}, yardsticks},
	{"vegeta", "a generator to compare ours with", []string{"vegeta"}, yardsticks},
	{"fortio", "a generator to compare ours with", []string{"fortio"}, yardsticks},
	{"bombardier", "a generator to compare ours with", []string{"bombardier"}, yardsticks},
	{"strace", "system calls per request", []string{"strace"}, "apt-get install strace"},
	{"perf", "where a server's time goes", []string{"perf"}, "apt-get install linux-perf"},
	{"Python", "the documents' own stacks", []string{"python3"}, "apt-get install python3 python3-venv"},
	{"browser", "the page's own tests", []string{"chromium", "chromium-browser", "google-chrome"}, "apt-get install chromium"},
	{"database", "drivers that block, against a real server", []string{"mariadbd", "mysqld", "postgres"}, "apt-get install mariadb-server"},
}

// findParts looks in PATH, and where the yardsticks' script puts what it builds.
func findParts(h Host) []Part {
	var all []Part
	for _, row := range parts {
		p := Part{Name: row.name, Gives: row.gives, Install: row.install}
		for _, command := range row.commands {
			for _, name := range []string{command, filepath.Join("bin", "peers", command)} {
				if found, err := h.Find(name); err == nil && p.Found == "" {
					p.Found = found
				}
			}
		}
		all = append(all, p)
	}
	return all
}

package conformance

import "strings"

// recorded is what the behaviour cases found, a line a case, a column a model; "|" where
// it depends on the machine or the moment, "-" where the case cannot be run on the model.
const recorded = `
case                   serial             thread                       goroutine                    pool                         prefork               coroutine           reactor                await                  multireactor                 hybrid                 uring                  nethttp                      fasthttp
counter-over-wait      -                  updates-lost                 updates-lost                 updates-lost                 no-update-lost        updates-lost        updates-lost           updates-lost           updates-lost                 updates-lost           updates-lost           updates-lost                 updates-lost
counter-no-wait        -                  updates-lost|no-update-lost  updates-lost|no-update-lost  updates-lost|no-update-lost  no-update-lost        no-update-lost      no-update-lost         no-update-lost         updates-lost|no-update-lost  no-update-lost         no-update-lost         updates-lost|no-update-lost  updates-lost|no-update-lost
locks-crossed          -                  deadlock-found               deadlock-found               deadlock-found               no-deadlock           deadlock-found      deadlock-found         deadlock-found         deadlock-found               deadlock-found         deadlock-found         deadlock-found               deadlock-found
queue-own-consumer     deadlock-found     deadlock-found               deadlock-found               deadlock-found               deadlock-found        deadlock-found      deadlock-found         deadlock-found         deadlock-found               deadlock-found         deadlock-found         deadlock-found               deadlock-found
thread-lock-over-wait  -                  no-deadlock                  no-deadlock                  no-deadlock                  no-deadlock           deadlock-found      deadlock-found         deadlock-found         deadlock-found|no-deadlock   deadlock-found         deadlock-found         no-deadlock                  no-deadlock
nested-calls           deadlock-found     no-deadlock                  no-deadlock                  deadlock-found               deadlock-found        no-deadlock         no-deadlock            no-deadlock            no-deadlock                  no-deadlock            no-deadlock            no-deadlock                  no-deadlock
nested-offload         deadlock-found     no-deadlock                  no-deadlock                  deadlock-found               deadlock-found        deadlock-found      deadlock-found         deadlock-found         deadlock-found               deadlock-found         deadlock-found         no-deadlock                  no-deadlock
fault-before-wait      -                  own-request-alone            own-request-alone            own-request-alone            own-request-alone     own-request-alone   own-request-alone      own-request-alone      own-request-alone            own-request-alone      own-request-alone      own-request-alone            own-request-alone
fault-after-wait       -                  own-request-alone            own-request-alone            own-request-alone            own-request-alone     own-request-alone   own-request-alone      own-request-alone      own-request-alone            own-request-alone      own-request-alone      own-request-alone            own-request-alone
error-returned         caught-with-cause  caught-with-cause            caught-with-cause            caught-with-cause            caught-with-cause     caught-with-cause   caught-with-cause      caught-with-cause      caught-with-cause            caught-with-cause      caught-with-cause      caught-with-cause            caught-with-cause
error-raised           caught-with-cause  caught-with-cause            caught-with-cause            caught-with-cause            caught-with-cause     caught-with-cause   not-caught             caught-with-cause      not-caught                   not-caught             not-caught             caught-with-cause            caught-with-cause
stack-at-wait          handler-shown      handler-shown                handler-shown                handler-shown                handler-shown         handler-shown       queue-only             queue-only             queue-only                   queue-only             queue-only             handler-shown                handler-shown
stack-at-fault         handler-shown      handler-shown                handler-shown                handler-shown                handler-shown         handler-shown       continuation-only      continuation-only      continuation-only            continuation-only      continuation-only      handler-shown                handler-shown
profile-split          split-right        split-right                  split-right                  split-right                  split-right           split-right         split-without-handler  split-without-handler  split-without-handler        split-without-handler  split-without-handler  split-right                  split-right
drain                  -                  none-lost                    none-lost                    none-lost                    none-lost             none-lost           none-lost              none-lost              none-lost                    none-lost              none-lost              none-lost                    none-lost
code-and-threads       -                  direct-a-thread-each         direct-few-threads           direct-a-thread-each         direct-a-thread-each  direct-few-threads  coloured-few-threads   coloured-few-threads   coloured-few-threads         coloured-few-threads   coloured-few-threads   direct-few-threads           direct-few-threads
switch-tracer          no-tracer          no-tracer                    no-tracer                    no-tracer                    no-tracer             names-both-sides    no-tracer              no-tracer              no-tracer                    no-tracer              no-tracer              no-tracer                    no-tracer
`

// Recorded is what the case is known to find on a model as it comes; nil if that is not
// known, or the target has options of its own.
func Recorded(t Target, name string) []string {
	if t.Options != "" {
		return nil
	}
	var models []string
	for line := range strings.Lines(recorded) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case models == nil:
			models = words[1:]
		case "behaviour/"+words[0] == name:
			for i, m := range models {
				if m == t.Name && i+1 < len(words) && words[i+1] != "-" {
					return strings.Split(words[i+1], "|")
				}
			}
		}
	}
	return nil
}

// Package exhibit is what a run keeps beside its trials, for claims that no trial decides: what
// suites of cases found on the models, a line a model and case, and the code that is compared,
// with its counts.
//
// A run without these files is a run that did not ask. A file that is there is believed as a whole
// or not at all: Results and Sources say what is wrong with it, and where.
package exhibit

// Package model is the shape of a model and the shell that every Go server of
// the suite runs in: the server contract of models/CONTRACT.md, in one place.
//
//  1. A Model is a name, what it takes, and a Run that serves a listener until told to drain.
//  2. A Program is a command that offers several: it reads the environment,
//     checks options, opens the listener, says where, and calls Run with an Env.
//  3. Stop is how Run learns that it must drain.
//
// Nothing here is on the path of a request.
package model

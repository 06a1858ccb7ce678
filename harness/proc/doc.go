// Package proc starts, identifies, samples and ends the processes of a run.
//
//  1. Start starts a child on given processors, in a process group of its own,
//     that dies with its parent.
//  2. Proc.Listening or Proc.Answering waits until a server is ready.
//  3. Proc.OwnsListener proves that the socket that answers is the child's.
//  4. Proc.CPU, Proc.Switches, Proc.Memory sample the child and all its descendants;
//     Look samples the machine.
//  5. Proc.Stop ends the whole tree: SIGTERM, a wait, SIGKILL. What a parent leaves
//     behind when it is killed itself, a guard ends.
//
// It reads Linux's /proc and needs no privilege; with some it reads faster.
package proc

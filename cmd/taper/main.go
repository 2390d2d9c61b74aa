// Command taper makes, narrows, presents, shows and decides capability tokens.
// Run "taper help" for its commands, and "taper demo" to see them work.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], system())) }

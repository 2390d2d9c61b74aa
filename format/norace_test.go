//go:build !race

package format_test

// raceEnabled: the race detector allocates, so that allocations are not counted.
const raceEnabled = false

package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
)

// printJSON prints one value.
func (e *environ) printJSON(v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return e.print(asciiJSON(string(data)) + "\n")
}

// asciiJSON escapes what is not ASCII, and DEL. Names and labels are foreign, and
// may hold what a terminal acts upon or what deceives a reader.
func asciiJSON(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < 0x7f:
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

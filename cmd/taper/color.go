package main

// A palette colors words on a terminal. The zero palette leaves them as they
// are.
type palette struct{ on bool }

// palette returns the colors for a stream: none if it is no terminal, if
// NO_COLOR is set to anything, or if the terminal is dumb.
func (e *environ) palette(stream any) palette {
	return palette{isTerminal(stream) && e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb"}
}

func (p palette) good(s string) string { return p.paint("1;32", s) }
func (p palette) bad(s string) string  { return p.paint("1;31", s) }
func (p palette) bold(s string) string { return p.paint("1", s) }
func (p palette) dim(s string) string  { return p.paint("2", s) }

func (p palette) paint(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

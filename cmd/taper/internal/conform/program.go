package conform

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/tapertoken/taper/predicates"
)

// maxAnswer bounds a line from the other program: the longest right answer is far
// below it.
const maxAnswer = 4 << 20

// A program is the other implementation while it runs.
type program struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     io.ReadCloser
	answers chan lineResult
	stderr  *tail
	waited  chan struct{}
}

type lineResult struct {
	line []byte
	err  error
}

// start starts the program. It fails if the system can't.
func start(command []string) (*program, error) {
	p := &program{cmd: exec.Command(command[0], command[1:]...), stderr: &tail{}, answers: make(chan lineResult), waited: make(chan struct{})}
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	// The pipe is ours, and not exec's: Wait would close it before all is read.
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p.out, p.cmd.Stdout, p.cmd.Stderr = r, w, p.stderr
	p.cmd.WaitDelay = time.Second // A grandchild may hold standard error open.
	if err := p.cmd.Start(); err != nil {
		r.Close()
		w.Close()
		return nil, err
	}
	w.Close()
	go func() {
		p.cmd.Wait()
		close(p.waited)
	}()
	go p.read()
	return p, nil
}

// read hands over lines until one can't be read, or the program is closed.
func (p *program) read() {
	b := bufio.NewReader(p.out)
	for {
		line, err := readLine(b, maxAnswer)
		p.answers <- lineResult{line, err}
		if err != nil {
			close(p.answers)
			return
		}
	}
}

// readLine returns a line without its end. A line that is cut off by the end of
// the input is io.ErrUnexpectedEOF.
func readLine(b *bufio.Reader, most int) ([]byte, error) {
	var line []byte
	for {
		part, err := b.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > most:
			return nil, fmt.Errorf("a line of more than %d bytes", most)
		case err == nil:
			return line[:len(line)-1], nil
		case err == io.EOF && len(line) > 0:
			return nil, io.ErrUnexpectedEOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// ask sends a question and returns the answer. After an error the program is no
// longer of use: nobody knows what its next line answers.
func (p *program) ask(q question, limit time.Duration) (*answer, error) {
	line, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	// A program that does not read fills the pipe, hence the goroutine. It ends
	// when the program is closed.
	go p.in.Write(append(line, '\n'))
	timer := time.NewTimer(limit)
	defer timer.Stop()
	var got lineResult
	select {
	case got = <-p.answers:
	case <-timer.C:
		return nil, fmt.Errorf("no answer within %v", limit)
	}
	switch {
	case errors.Is(got.err, io.EOF):
		return nil, p.ended("it ended without an answer")
	case errors.Is(got.err, io.ErrUnexpectedEOF):
		return nil, p.ended("it ended within its answer")
	case got.err != nil:
		return nil, got.err
	}
	a := &answer{}
	if err := json.Unmarshal(got.line, a); err != nil {
		return nil, fmt.Errorf("the answer is not what the protocol says: %s", predicates.QuoteCut(string(got.line), 64))
	}
	if q.Seq != 0 && (a.Seq == nil || *a.Seq != q.Seq) {
		return nil, fmt.Errorf("the answer has seq %s, want %d", shown(a.Seq), q.Seq)
	}
	return a, nil
}

// ended says how the program ended.
func (p *program) ended(what string) error {
	select {
	case <-p.waited:
		what += ": " + p.cmd.ProcessState.String()
	case <-time.After(time.Second):
	}
	if last := p.stderr.String(); last != "" {
		what += ", after " + predicates.QuoteCut(last, 200)
	}
	return errors.New(what)
}

// close ends the program: kindly, so that it can write what it has to, where
// there is time, and else at once.
func (p *program) close(patience time.Duration) {
	p.in.Close()
	if patience > 0 {
		select {
		case <-p.waited:
		case <-time.After(patience):
		}
	}
	p.cmd.Process.Kill()
	p.out.Close()
	for range p.answers {
		// The reader ends, since its pipe is closed.
	}
	<-p.waited
}

// A tail keeps the last line that was written to it.
type tail struct {
	mu   sync.Mutex
	last []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	if n := len(t.last); n > 4096 {
		t.last = append([]byte{}, t.last[n-4096:]...)
	}
	return len(b), nil
}

// String returns the last line that is not empty.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	end := len(t.last)
	for end > 0 && (t.last[end-1] == '\n' || t.last[end-1] == '\r') {
		end--
	}
	begin := end
	for begin > 0 && t.last[begin-1] != '\n' {
		begin--
	}
	return string(t.last[begin:end])
}

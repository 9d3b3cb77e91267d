package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/addreams/addreams/app/cloudflare"
)

// Cloud is a running local Cloudflare: what local/main.mjs writes to its --info file.
type Cloud struct {
	PID    int    `json:"pid"`
	API    string `json:"api"` // base of its REST API, plain http
	TLS    string `json:"tls"` // host:port of the same with TLS
	ID     string `json:"account"`
	Token  string `json:"token"`
	CA     string `json:"ca"`     // path of the certificate that signed the TLS server's
	Worker string `json:"worker"` // origin where the Worker answers
}

// Account is its only account.
func (c Cloud) Account() cloudflare.Account {
	return cloudflare.Account{API: c.API, ID: c.ID, Token: c.Token}
}

// Trigger runs the scheduled handler of a Worker now, and returns when it has ended.
func (c Cloud) Trigger(ctx context.Context, script string) error {
	address := strings.TrimSuffix(c.API, "/client/v4") + "/__scheduled?script=" + url.QueryEscape(script)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.Token)

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("run the schedule of %s: %s: %s", script, response.Status, answer)
	}
	return err
}

// Site is where a local Cloudflare lives: a folder, and ports on 127.0.0.1, of which 0 stands for any.
type Site struct {
	Root                         string // of the project
	Dir                          string
	WorkerPort, APIPort, TLSPort int
	Faults                       bool // offer the tests' controls
}

func (s Site) info() string { return filepath.Join(s.Dir, "cloud.json") }

// Log is the file that the local Cloudflare and its Workers write to.
func (s Site) Log() string { return filepath.Join(s.Dir, "cloud.log") }

const (
	startTimeout = 60 * time.Second
	stopTimeout  = 15 * time.Second
	poll         = 50 * time.Millisecond
)

// Start starts the local Cloudflare in the background, where it outlives the caller, and waits until its API answers.
func (s Site) Start(ctx context.Context) (Cloud, error) {
	if err := s.free(); err != nil {
		return Cloud{}, err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return Cloud{}, err
	}
	if err := s.forget(); err != nil {
		return Cloud{}, err
	}
	log, err := os.OpenFile(s.Log(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return Cloud{}, err
	}
	defer log.Close()
	command := exec.Command("node", filepath.Join(s.Root, "local/main.mjs"), "--data", filepath.Join(s.Dir, "data"), "--info", s.info(),
		"--log", s.Log(), "--worker-port", strconv.Itoa(s.WorkerPort), "--api-port", strconv.Itoa(s.APIPort), "--tls-port", strconv.Itoa(s.TLSPort))
	if s.Faults {
		command.Args = append(command.Args, "--faults")
	}
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return Cloud{}, fmt.Errorf("the local Cloudflare needs Node 20 or newer: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	return s.await(ctx, ended)
}

// await waits for the first sign of life, or of death.
func (s Site) await(ctx context.Context, ended <-chan error) (Cloud, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			return Cloud{}, fmt.Errorf("the local Cloudflare did not start (%v):\n%s", err, s.tail())
		case <-ctx.Done():
			return Cloud{}, fmt.Errorf("the local Cloudflare did not answer within %s:\n%s", startTimeout, s.tail())
		case <-tick.C:
			if cloud, running := s.Find(ctx); running {
				return cloud, nil
			}
		}
	}
}

// Find tells whether the site's local Cloudflare is running, and where.
func (s Site) Find(ctx context.Context) (Cloud, bool) {
	content, err := os.ReadFile(s.info())
	if err != nil {
		return Cloud{}, false
	}
	var cloud Cloud
	if err := json.Unmarshal(content, &cloud); err != nil || !alive(cloud.PID) {
		return Cloud{}, false
	}
	return cloud, cloud.Account().Do(ctx, cloudflare.Request{Method: http.MethodGet, Path: "/d1/database", Once: true}, nil) == nil
}

// Stop ends the local Cloudflare, in peace or after a while by force. It is no error if none is running.
func (s Site) Stop(ctx context.Context) error {
	content, err := os.ReadFile(s.info())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var cloud Cloud
	if err := json.Unmarshal(content, &cloud); err == nil && s.owns(cloud.PID) {
		if err := end(ctx, cloud.PID); err != nil {
			return err
		}
	}
	return s.forget()
}

// forget removes the info file of a local Cloudflare that has ended.
func (s Site) forget() error {
	if err := os.Remove(s.info()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// owns tells whether a process is this site's: a process id may have gone to another since.
func (s Site) owns(pid int) bool {
	command, err := exec.Command("ps", "-p", strconv.Itoa(pid), "-o", "args=").Output()
	return err == nil && strings.Contains(string(command), s.info())
}

func end(ctx context.Context, pid int) error {
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for alive(pid) {
		select {
		case <-ctx.Done():
			return syscall.Kill(pid, syscall.SIGKILL)
		case <-tick.C:
		}
	}
	return nil
}

func alive(pid int) bool { return pid > 0 && syscall.Kill(pid, 0) == nil }

// free tells which wanted port another program holds.
func (s Site) free() error {
	var taken []error
	for variable, port := range map[string]int{"ADDREAMS_WORKER_PORT": s.WorkerPort, "ADDREAMS_API_PORT": s.APIPort, "ADDREAMS_TLS_PORT": s.TLSPort} {
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			taken = append(taken, fmt.Errorf("port %d is in use: end what listens there, or choose another with %s=%d make up", port, variable, port+100))
			continue
		}
		listener.Close()
	}
	return errors.Join(taken...)
}

// tail is the end of the log.
func (s Site) tail() string {
	content, _ := os.ReadFile(s.Log())
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	return "      " + strings.Join(lines[max(0, len(lines)-12):], "\n      ")
}

// Command stack brings stack local up, down, or away: what `make up`, `make down`, `make clean` and `make cron` run. It
// also builds, by itself, the tools that this and the engine's tests need.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/addreams/addreams/infra/stack"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "\n"+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	if len(arguments) != 1 {
		return errors.New("usage: stack up|down|clean|cron|tools")
	}
	site, err := here()
	if err != nil {
		return err
	}
	local := stack.NewLocal(site, os.Stdout)
	switch arguments[0] {
	case "up":
		return local.Up(ctx)
	case "down":
		return local.Down(ctx)
	case "clean":
		return local.Clean(ctx)
	case "cron":
		return local.Cron(ctx)
	case "tools":
		_, err := stack.BuildTools(ctx, site.Root, os.Stdout)
		return err
	}
	return fmt.Errorf("there is no %q: use up, down, clean, cron or tools", arguments[0])
}

// here is the checkout in the working directory, on the ports that the environment chooses.
func here() (stack.Site, error) {
	root, err := os.Getwd()
	if err != nil {
		return stack.Site{}, err
	}
	site := stack.Site{Root: root, Dir: filepath.Join(root, ".local")}
	for _, port := range []struct {
		variable string
		fallback int
		target   *int
	}{
		{"ADDREAMS_WORKER_PORT", 8787, &site.WorkerPort},
		{"ADDREAMS_API_PORT", 8788, &site.APIPort},
		{"ADDREAMS_TLS_PORT", 8789, &site.TLSPort},
	} {
		if *port.target, err = portOf(port.variable, port.fallback); err != nil {
			return stack.Site{}, err
		}
	}
	return site, nil
}

func portOf(variable string, fallback int) (int, error) {
	text := os.Getenv(variable)
	if text == "" {
		return fallback, nil
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return 0, fmt.Errorf("%s=%s is not a port", variable, text)
	}
	return port, nil
}

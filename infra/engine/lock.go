package engine

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// lockOwner finds the owner of a lock in the engine's error: "created by root@host (pid 4242) at …".
var lockOwner = regexp.MustCompile(`created by \S+@(\S+) \(pid (\d+)\)`)

// lockHolder reports whether a running pulumi process holds the stack, and which, from the engine's error. A lock made on
// another machine counts as held, because whether its owner runs can't be seen from here.
func lockHolder(message string) (pid int, held bool) {
	here, _ := os.Hostname()
	for _, owner := range lockOwner.FindAllStringSubmatch(message, -1) {
		pid, _ := strconv.Atoi(owner[2])
		if owner[1] != here || isPulumi(pid) {
			return pid, true
		}
	}
	return 0, false
}

func isPulumi(pid int) bool {
	name, err := exec.Command("ps", "-p", strconv.Itoa(pid), "-o", "comm=").Output()
	return err == nil && strings.Contains(string(name), "pulumi")
}

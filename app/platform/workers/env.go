//go:build js && wasm

package workers

import "unsafe"

// Env returns a variable or secret by its binding name, or "" if there is none.
func Env(name string) string {
	buffer := make([]byte, 512)
	for {
		length := int(hostEnv(unsafe.StringData(name), int32(len(name)), unsafe.SliceData(buffer), int32(len(buffer))))
		switch {
		case length < 0:
			return ""
		case length <= len(buffer):
			return string(buffer[:length])
		}
		buffer = make([]byte, length)
	}
}

package main

import (
	"os"
	"syscall"
)

// POSIX_FADV_DONTNEED
const dontNeed = 4

// Drops the pages of one file from the page cache, and no other; those that a running process has mapped stay.
func dropFromCache(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	// What is not yet on the disk cannot be dropped.
	if err := file.Sync(); err != nil {
		return err
	}
	if _, _, errno := syscall.Syscall6(syscall.SYS_FADVISE64, file.Fd(), 0, 0, dontNeed, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

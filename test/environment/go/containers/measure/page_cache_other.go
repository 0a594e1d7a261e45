//go:build !linux

package main

import "errors"

func dropFromCache(string) error {
	return errors.New("only Linux drops a single file from the page cache")
}

// Command measure runs programs against each other: every round runs each program of each case once, in random order, so
// that what else the machine does falls on all alike.
//
// A plan as JSON on stdin, the samples as JSON on stdout. Written in Go because a child starts with the peak memory of the
// process that made it, and this one is smaller than anything it measures.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type program struct {
	// {run} in an argument stands for a number that no other run has.
	Argv []string          `json:"argv"`
	Env  map[string]string `json:"env"`
	// Files that are dropped from the page cache before each run.
	Evict []string `json:"evict"`
}

type plan struct {
	Rounds int `json:"rounds"`
	// Rounds before the first that counts.
	Warmup int    `json:"warmup"`
	Seed   uint64 `json:"seed"`
	// Where the programs run.
	Folder string `json:"folder"`
	// Files that are dropped from the page cache once: from then on it holds of them what the runs have read.
	Evict []string             `json:"evict"`
	Cases map[string][]program `json:"cases"`
}

type sample struct {
	Milliseconds    float64 `json:"milliseconds"`
	CPUMilliseconds float64 `json:"cpuMilliseconds"`
	PeakBytes       int64   `json:"peakBytes"`
}

type step struct {
	name  string
	index int
}

func main() {
	var p plan
	check(json.NewDecoder(os.Stdin).Decode(&p))
	random := rand.New(rand.NewPCG(p.Seed, 0))
	var steps []step
	samples := map[string][][]sample{}
	for _, name := range slices.Sorted(maps.Keys(p.Cases)) {
		samples[name] = make([][]sample, len(p.Cases[name]))
		for index := range p.Cases[name] {
			steps = append(steps, step{name, index})
		}
	}
	evict(p.Evict)
	number := 0
	for round := -p.Warmup; round < p.Rounds; round++ {
		random.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
		for _, s := range steps {
			number++
			measured := run(p.Cases[s.name][s.index], number, p.Folder)
			if round >= 0 {
				samples[s.name][s.index] = append(samples[s.name][s.index], measured)
			}
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(samples))
}

// One run to its end; a program that fails ends everything.
func run(p program, number int, folder string) sample {
	argv := make([]string, len(p.Argv))
	for index, argument := range p.Argv {
		argv[index] = strings.ReplaceAll(argument, "{run}", strconv.Itoa(number))
	}
	command := exec.Command(argv[0], argv[1:]...)
	command.Dir = folder
	command.Env = []string{}
	for name, value := range p.Env {
		command.Env = append(command.Env, name+"="+value)
	}
	// Files, because a pipe would need a reader beside the program.
	stdout, stderr := scratch(folder), scratch(folder)
	defer stdout.Close()
	defer stderr.Close()
	command.Stdout, command.Stderr = stdout, stderr
	evict(p.Evict)
	start := time.Now()
	err := command.Run()
	elapsed := time.Since(start)
	if err != nil {
		said := make([]byte, 4096)
		length, _ := stderr.ReadAt(said, 0)
		check(fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, bytes.TrimSpace(said[:length])))
	}
	state := command.ProcessState
	return sample{milliseconds(elapsed), milliseconds(state.UserTime() + state.SystemTime()), peak(state)}
}

func peak(state *os.ProcessState) int64 {
	resident := int64(state.SysUsage().(*syscall.Rusage).Maxrss)
	if runtime.GOOS == "linux" {
		return resident * 1024
	}
	return resident
}

// A file without a name.
func scratch(folder string) *os.File {
	file, err := os.CreateTemp(folder, "measure")
	check(err)
	check(os.Remove(file.Name()))
	return file
}

func evict(files []string) {
	for _, file := range files {
		check(dropFromCache(file))
	}
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

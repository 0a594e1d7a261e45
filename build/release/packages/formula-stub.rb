# The part of Homebrew's language that our formula uses, so that the formula can be run without Homebrew:
#   ruby formula-stub.rb FORMULA url OS CPU       prints the archive that it would download, and its checksum
#   ruby formula-stub.rb FORMULA install PREFIX   installs from the unpacked archive in the current folder, and tests
require "pathname"
require "fileutils"

OS, CPU = ARGV[1] == "url" ? ARGV[2, 2] : %w[linux intel]
PREFIX = Pathname(ARGV[2])

# A folder of the prefix.
class Pathname
  def install(*sources)
    mkpath
    sources.flatten.each do |source|
      pairs = source.is_a?(Hash) ? source : { source => File.basename(source) }
      # mv fails for a missing file, as Homebrew does.
      pairs.each { |from, name| FileUtils.mv from, self/name }
    end
  end

  def install_symlink(sources)
    mkpath
    sources.each { |target, name| FileUtils.ln_s target.relative_path_from(self), self/name }
  end
end

# The base class of a formula.
class Formula
  class << self
    attr_reader :archive, :test_block

    %i[desc homepage license].each { |name| define_method(name) { |_| } }

    def version(text = nil)
      @version = text || @version
    end

    { on_macos: "macos", on_linux: "linux" }.each do |name, os|
      define_method(name) { |&block| block.call if OS == os }
    end

    { on_arm: "arm", on_intel: "intel" }.each do |name, cpu|
      define_method(name) { |&block| block.call if CPU == cpu }
    end

    def url(text)
      @archive = [text]
    end

    def sha256(sum)
      @archive << sum
    end

    def test(&block)
      @test_block = block
    end
  end

  def version
    self.class.version
  end

  def prefix
    PREFIX
  end

  { bin: "bin", man1: "share/man/man1", bash_completion: "etc/bash_completion.d",
    zsh_completion: "share/zsh/site-functions", fish_completion: "share/fish/vendor_completions.d" }.each do |name, path|
    define_method(name) { PREFIX/path }
  end

  def shell_output(command)
    output = `#{command}`
    $?.success? ? output : raise("#{command} failed")
  end

  def assert_match(wanted, output)
    raise "#{wanted} is not in #{output}" unless output.match?(Regexp.new(Regexp.escape(wanted)))
  end
end

load File.expand_path(ARGV[0])
if ARGV[1] == "url"
  puts Regsecret.archive
else
  formula = Regsecret.new
  formula.install
  formula.instance_eval(&Regsecret.test_block)
end

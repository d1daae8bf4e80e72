using System.Collections.Concurrent;

namespace EdgeOrleans.Deploy.Tests.Packages;

/// <summary>Debian packages, built as the documents say and once for all tests: packing takes seconds.</summary>
internal static class Package
{
    private static readonly ConcurrentDictionary<(string Architecture, string Version), Lazy<Task<string>>> Built = [];

    /// <summary>Builds one, or waits for the one that is being built.</summary>
    /// <returns>Its path.</returns>
    public static Task<string> Build(string architecture, string binary, string version) => Built.GetOrAdd(
        (architecture, version),
        _ => new Lazy<Task<string>>(async () =>
        {
            var directory = Path.Combine(Command.Repository, "artifacts", "packages");
            return (await Command.Succeed("env", $"VERSION={version}", "deploy/build-deb.sh", architecture, binary, directory)).Trim();
        })).Value;
}

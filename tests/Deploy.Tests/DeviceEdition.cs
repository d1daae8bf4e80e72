using System.Runtime.InteropServices;

namespace EdgeOrleans.Deploy.Tests;

/// <summary>The native binary for this machine, which the test script publishes.</summary>
internal static class DeviceEdition
{
    /// <summary>What Debian calls this machine.</summary>
    public static string DebianArchitecture { get; } = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";

    /// <summary>What .NET calls it.</summary>
    public static string RuntimeIdentifier { get; } = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    public static string Path
    {
        get
        {
            var path = System.IO.Path.Combine(Command.Repository, "artifacts", "device", "edgeorleans");
            Assert.True(File.Exists(path), $"There is no {path}: './test.sh Deploy' publishes it.");
            return path;
        }
    }
}

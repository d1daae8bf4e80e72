namespace EdgeOrleans.Deploy.Tests.Packages;

/// <summary>A Debian package, built as the documents say.</summary>
internal static class Package
{
    /// <returns>Its path. What is there already is not built again: that takes ten seconds.</returns>
    public static async Task<string> Build(string architecture, string binary, string version, string directory)
    {
        var package = Path.Combine(directory, $"edgeorleans_{version}_{architecture}.deb");
        return File.Exists(package) ? package : (await Command.Succeed("env", $"VERSION={version}", "deploy/build-deb.sh", architecture, binary, directory)).Trim();
    }
}

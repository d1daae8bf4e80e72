using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Cluster.Tests.Lab;

/// <summary>What a run leaves to be read, in <c>artifacts/cluster</c>: the table, each request that was not served, and the members' logs.</summary>
internal static class Evidence
{
    public static Task Write(string name, IEnumerable<string> lines)
    {
        var folder = Directory.CreateDirectory(Path.Combine(ServiceBinary.RepositoryRoot, "artifacts", "cluster"));
        return File.WriteAllLinesAsync(Path.Combine(folder.FullName, name), lines);
    }
}

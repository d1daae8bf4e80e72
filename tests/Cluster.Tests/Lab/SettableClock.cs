namespace EdgeOrleans.Cluster.Tests.Lab;

/// <summary>The clock of one process, right until it is set.</summary>
internal sealed class SettableClock : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public SettableClock() => Set("+0");

    /// <summary>What the process must have in its environment.</summary>
    public (string Name, string Value)[] Variables => FakeClock.Of(_file);

    /// <summary>Sets it, within a second, to so much before or after the true time: <c>-1h</c>.</summary>
    public void Set(string offset) => File.WriteAllText(_file, offset + "\n");

    public void Dispose() => File.Delete(_file);
}

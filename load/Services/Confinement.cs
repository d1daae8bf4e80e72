using System.Globalization;

namespace EdgeOrleans.Load.Services;

/// <summary>
/// Half a processor and 256 MiB, as the unit file of a small device would give: by a control group where one can be made, else by
/// what comes nearest.
/// </summary>
internal sealed class Confinement : IDisposable
{
    // Who has used up its share waits for the rest of the period: with the kernel's own, of 100 ms, that is 50.
    private const int PeriodMicros = 10_000;
    private const int QuotaMicros = 5_000;
    private const long MemoryBytes = 256L << 20;
    private const string V2 = "/sys/fs/cgroup";
    private const string V1Cpu = "/sys/fs/cgroup/cpu";
    private const string V1Memory = "/sys/fs/cgroup/memory";

    private readonly string[] _groups;

    private Confinement(string description, string[] groups, IReadOnlyList<string> prefix, IReadOnlyDictionary<string, string>? variables = null)
    {
        Description = description;
        _groups = groups;
        Prefix = prefix;
        Variables = variables ?? new Dictionary<string, string>();
    }

    /// <summary>In words, for the result.</summary>
    public string Description { get; }

    /// <summary>What a service's command must begin with.</summary>
    public IReadOnlyList<string> Prefix { get; }

    /// <summary>Environment variables of the service.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>Makes the best that this machine allows.</summary>
    public static Confinement Make()
    {
        var name = $"edgeorleans-load-{Environment.ProcessId}";
        return TryGroups(
                "half a processor and 256 MiB by control groups (v2)",
                (Path.Combine(V2, name), [("cpu.max", $"{QuotaMicros} {PeriodMicros}"), ("memory.max", $"{MemoryBytes}")]))
            ?? TryGroups(
                "half a processor and 256 MiB by control groups (v1)",
                (Path.Combine(V1Cpu, name), [("cpu.cfs_period_us", $"{PeriodMicros}"), ("cpu.cfs_quota_us", $"{QuotaMicros}")]),
                (Path.Combine(V1Memory, name), [("memory.limit_in_bytes", $"{MemoryBytes}")]))
            ?? new Confinement(
                "one processor by taskset, which is more than half a one, and the memory of 256 MiB told to the runtime alone, as no control group can be made here",
                [],
                ["taskset", "-c", "0"],
                new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = MemoryBytes.ToString("X", CultureInfo.InvariantCulture) });
    }

    /// <summary>Removes the groups. Their processes must have ended.</summary>
    public void Dispose()
    {
        foreach (var group in _groups)
        {
            Directory.Delete(group);
        }
    }

    private static Confinement? TryGroups(string description, params (string Path, (string File, string Value)[] Limits)[] groups)
    {
        var made = new List<string>();
        try
        {
            foreach (var (path, limits) in groups)
            {
                if (!Directory.Exists(Path.GetDirectoryName(path)))
                {
                    throw new DirectoryNotFoundException(path);
                }

                Directory.CreateDirectory(path);
                made.Add(path);
                foreach (var (file, value) in limits)
                {
                    // A controller that is not there has no such file, and none can be created.
                    using var limit = new FileStream(Path.Combine(path, file), FileMode.Open, FileAccess.Write);
                    limit.Write(System.Text.Encoding.ASCII.GetBytes(value));
                }
            }

            var joins = string.Concat(made.Select(static path => $"echo $$ > {path}/cgroup.procs && "));
            return new Confinement(description, [.. made], ["sh", "-c", $"{joins}exec \"$@\"", "sh"]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            made.ForEach(Directory.Delete);
            return null;
        }
    }
}

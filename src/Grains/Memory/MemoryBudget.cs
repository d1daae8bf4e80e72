using System.Runtime.CompilerServices;

namespace EdgeOrleans.Grains;

/// <summary>How the memory that the process may use is divided.</summary>
public sealed class MemoryBudget
{
    private const long MiB = 1024 * 1024;

    // What is not on the managed heap: pages of the binary and its libraries (23 MB), stacks, SQLite, what malloc keeps, the collector's own.
    // A soak of ten minutes came to 50 MiB.
    private const long NativeBytes = 56 * MiB;

    // Compiled code, type tables and the assemblies that a JIT process maps besides; the same test of a full heap came to 68 MiB more than native.
    private const long JitBytes = 72 * MiB;

    // Of an unlimited machine a key-value service takes a part; a container's limit was meant for this process alone.
    private const int ShareOfMachine = 4;

    // A few collections of the default size must fit beside what requests, saves and the collector's reserve need.
    private const long MinHeapBytes = 32 * MiB;

    private MemoryBudget(long bytes)
    {
        Bytes = bytes;
        HeapBytes = Math.Max(MinHeapBytes, bytes - NativeBytes - (RuntimeFeature.IsDynamicCodeSupported ? JitBytes : 0));
        CollectionBytes = HeapBytes / 2;
    }

    /// <summary>What the process is to stay within.</summary>
    public long Bytes { get; }

    /// <summary>Of it, the managed heap.</summary>
    public long HeapBytes { get; }

    /// <summary>
    /// Of that, entries in memory. The other half is for requests and writes in flight, snapshots being written, collections being loaded,
    /// and garbage that is not collected yet.
    /// </summary>
    public long CollectionBytes { get; }

    /// <summary>How far one collection may grow: a little past the share of all, for it is loaded again when it is alone.</summary>
    public long LargestCollectionBytes => CollectionBytes / 8 * 9;

    /// <summary>Of the heap, bodies of requests in flight. What is written stands in memory as body, as entries and as records of the journal.</summary>
    public long RequestBytes => HeapBytes / 16;

    /// <summary>What is taken when nothing else is said: a quarter of the machine's memory, or what a container leaves to the heap of its one process.</summary>
    public static long DefaultBytes
    {
        get
        {
            // In a container the runtime knows three quarters of the limit, on a machine all of its memory.
            var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
            var machine = MachineBytes();
            return Math.Max(MemoryOptions.MinBudgetBytes, available < machine * 9 / 10 ? available : machine / ShareOfMachine);
        }
    }

    /// <summary>Divides a budget; 0 for the default.</summary>
    public static MemoryBudget Of(long budgetBytes) => new(budgetBytes == 0 ? DefaultBytes : budgetBytes);

    /// <summary>
    /// Keeps the process within its budget for the rest of its life. The collector's hard limit, at which it throws, whoever asks, is a
    /// quarter further, out of the way of what is let in.
    /// </summary>
    public void Apply()
    {
        AppContext.SetData("GCHeapHardLimit", (ulong)(HeapBytes / 4 * 5));
        GC.RefreshMemoryLimit();
        HeapKeeper.Start(HeapBytes);
        NativeHeap.ShareOneArena();
    }

    private static long MachineBytes()
    {
        const string Label = "MemTotal:";
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith(Label, StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(Label.Length, line.LastIndexOf(' ') - Label.Length), provider: null) * 1024;
            }
        }

        return long.MaxValue / 2;
    }
}

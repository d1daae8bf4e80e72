using System.Globalization;
using System.Runtime.InteropServices;
using EdgeOrleans.Grains.Time;

namespace EdgeOrleans.Silo.Doctor;

/// <summary>The machine that the service would run on.</summary>
internal sealed record Machine
{
    private const string Clock = "/sys/devices/system/clocksource/clocksource0/current_clocksource";

    /// <summary>The processor's kind, as this process runs on it.</summary>
    public required string Architecture { get; init; }

    /// <summary>Cores that this process may use; a container's share is rounded up.</summary>
    public required int Cores { get; init; }

    /// <summary>Bytes of memory that the kernel has, whatever share of it the service is given.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Bytes of a page: 4096, or 16384 on a Raspberry Pi 5.</summary>
    public required int PageBytes { get; init; }

    /// <summary>Whether the system's own programs are 32-bit; <see langword="null"/> where there are none to look at.</summary>
    public required bool? HasOnly32BitPrograms { get; init; }

    /// <summary>What the kernel reads the time from.</summary>
    public required string? ClockSource { get; init; }

    /// <summary>Whether the kernel has been told that the clock is right.</summary>
    public required bool IsClockSynchronised { get; init; }

    /// <summary>Looks at this machine.</summary>
    public static Machine Look() => new()
    {
        Architecture = RuntimeInformation.ProcessArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => "x86-64",
            System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
            var other => other.ToString(),
        },
        Cores = Environment.ProcessorCount,
        MemoryBytes = ReadMemory(),
        PageBytes = Environment.SystemPageSize,
        HasOnly32BitPrograms = Is32Bit("/bin/sh"),
        ClockSource = File.Exists(Clock) ? File.ReadAllText(Clock).Trim() : null,
        IsClockSynchronised = new KernelClockSource().IsSynchronised,
    };

    // 'MemTotal:  948304 kB' is the first line.
    private static long ReadMemory() =>
        long.Parse(File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;

    private static bool? Is32Bit(string program)
    {
        const int ClassAt = 4;
        const byte Class32 = 1;
        try
        {
            using var file = File.OpenRead(program);
            Span<byte> identity = stackalloc byte[ClassAt + 1];
            return file.ReadAtLeast(identity, identity.Length, throwOnEndOfStream: false) == identity.Length && identity.StartsWith("\u007FELF"u8)
                ? identity[ClassAt] == Class32
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

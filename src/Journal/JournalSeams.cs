using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EdgeOrleans.Journal;

/// <summary>What a simulation must decide itself, so that one seed gives one run.</summary>
/// <param name="InlineCompletions">Run the continuations of a group inside <see cref="FlashJournal.RunOnce"/> instead of on the thread pool.</param>
/// <param name="NextGeneration">A number that no segment had before.</param>
/// <param name="CarriesNewest">Make the newest frame found at start durable once more; false only to see that its absence is noticed.</param>
internal sealed record JournalSeams(bool InlineCompletions, Func<ulong> NextGeneration, bool CarriesNewest = true)
{
    /// <summary>Continuations on the thread pool, generations from the operating system's randomness.</summary>
    public static JournalSeams Production { get; } = new(false, RandomGeneration);

    private static ulong RandomGeneration()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}

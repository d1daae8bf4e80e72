using System.Numerics;

namespace EdgeOrleans.Simulation;

/// <summary>
/// The one source of chance: xoshiro256**, seeded through SplitMix64. Ours rather than <see cref="Random"/>, whose sequence
/// another runtime may change: a seed that failed once must fail for ever.
/// </summary>
internal sealed class SeededRandom
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    public SeededRandom(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>A generator of its own for one part of the world, so that a draw more in one does not shift all others.</summary>
    public SeededRandom Fork() => new(NextBits());

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A number from 0 to one below <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)(((NextBits() >> 32) * (ulong)bound) >> 32);

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>True so many times in a thousand.</summary>
    public bool PerMille(int chance) => Below(1000) < chance;

    /// <summary>True half the time.</summary>
    public bool Coin() => (NextBits() & 1) != 0;

    /// <summary>Fills a buffer with noise.</summary>
    public void Fill(Span<byte> buffer)
    {
        for (; buffer.Length >= sizeof(ulong); buffer = buffer[sizeof(ulong)..])
        {
            BitConverter.TryWriteBytes(buffer, NextBits());
        }

        foreach (ref var b in buffer)
        {
            b = (byte)NextBits();
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}

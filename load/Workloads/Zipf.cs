namespace EdgeOrleans.Load.Workloads;

/// <summary>Ranks of which the first is drawn most often, as keys of real devices are: rank r in proportion to 1/(r+1)^0.99.</summary>
internal sealed class Zipf
{
    // The exponent of YCSB, so that results can be compared.
    private const double Exponent = 0.99;
    private readonly double[] _upTo;

    public Zipf(int ranks)
    {
        _upTo = new double[ranks];
        var sum = 0.0;
        for (var rank = 0; rank < ranks; rank++)
        {
            _upTo[rank] = sum += Math.Pow(rank + 1, -Exponent);
        }
    }

    /// <summary>The next rank, 0 to the number of ranks - 1.</summary>
    public int Draw(Random random)
    {
        var at = Array.BinarySearch(_upTo, random.NextDouble() * _upTo[^1]);
        return Math.Min(at < 0 ? ~at : at + 1, _upTo.Length - 1);
    }
}

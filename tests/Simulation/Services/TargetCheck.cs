using System.Text;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Simulation.Judgement;

namespace EdgeOrleans.Simulation.Services;

/// <summary>With everything saved: each target, loaded by itself, holds exactly what readers see.</summary>
internal sealed class TargetCheck(ServiceProcess process, VersionOracle oracle)
{
    public async Task Run()
    {
        foreach (var history in oracle.Collections)
        {
            var expected = new List<string>();
            foreach (var key in history.Keys.Keys)
            {
                if (await process.Get(history.Key, key) is { } entry)
                {
                    expected.Add(Line(key, entry.Version, entry.Value.Span));
                }
            }

            foreach (var target in process.Targets)
            {
                var loaded = await new CollectionLoader(target).Load(history.Key, CancellationToken.None);
                var found = loaded.Entries.Select(entry => Line(Encoding.UTF8.GetString(entry.Key), entry.Version, entry.Value.Span)).ToList();

                // A device that lost something is behind its site, which it then leaves alone.
                if (!target.IsPrimary && oracle.IsReportedDamaged(history.Key))
                {
                    continue;
                }

                if (!found.SequenceEqual(expected))
                {
                    throw new OracleException(
                        $"target {target.Name} differs in {history.Key}:\n  has {string.Join("\n      ", found.Except(expected))}\n  lacks {string.Join("\n      ", expected.Except(found))}");
                }

                if (loaded.Outline.Count != found.Count)
                {
                    throw new OracleException($"target {target.Name} counts {loaded.Outline.Count} keys in {history.Key}, and has {found.Count}");
                }
            }
        }
    }

    private static string Line(string key, long version, ReadOnlySpan<byte> value) => $"{key} v{version} {Encoding.UTF8.GetString(value)}";
}

using System.Diagnostics.CodeAnalysis;
using Polly;
using Polly.Registry;

namespace EdgeOrleans.Silo.Native;

/// <summary>
/// How often Orleans tries to place a grain: once. Its own policy, made with Polly, tries again when the silo that it asked does not answer;
/// the one silo of this edition asks nobody but itself. <c>orleans.substitutions.xml</c> cuts that policy.
/// </summary>
internal sealed class OneTry : ResiliencePipelineProvider<string>
{
    public override bool TryGetPipeline(string key, [NotNullWhen(true)] out ResiliencePipeline? pipeline)
    {
        pipeline = ResiliencePipeline.Empty;
        return true;
    }

    public override bool TryGetPipeline<TResult>(string key, [NotNullWhen(true)] out ResiliencePipeline<TResult>? pipeline)
    {
        pipeline = ResiliencePipeline<TResult>.Empty;
        return true;
    }
}

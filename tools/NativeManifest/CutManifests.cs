using System.Reflection;
using System.Xml.Linq;
using EdgeOrleans.Silo.Native;
using Microsoft.Extensions.Options;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Configuration;

namespace EdgeOrleans.NativeManifest;

/// <summary>What <c>manifests.substitutions.xml</c> cuts from the native edition.</summary>
internal static class CutManifests
{
    // Not cut: what it registers is what clients are served with.
    private const string Abstractions = "EdgeOrleans.Abstractions";

    // Not there: the native edition is no member of a cluster.
    private const string Redis = "Orleans.Clustering.Redis";

    /// <summary>All that the manifests would register that are cut.</summary>
    /// <exception cref="InvalidOperationException">An assembly has a manifest and is not in the file.</exception>
    public static TypeManifestOptions Load()
    {
        using var file = typeof(CutManifests).Assembly.GetManifestResourceStream("manifests.substitutions.xml")!;
        var cut = XDocument.Load(file).Descendants("assembly").Select(static e => e.Attribute("fullname")!.Value).ToArray();
        var uncut = typeof(Silo.ExitCode).Assembly.GetReferencedAssemblies().Select(Assembly.Load)
            .Where(static assembly => assembly.IsDefined(typeof(TypeManifestProviderAttribute)))
            .Select(static assembly => assembly.GetName().Name!)
            .Except([.. cut, Abstractions, Redis]).ToArray();
        if (uncut.Length > 0)
        {
            throw new InvalidOperationException($"manifests.substitutions.xml does not cut {string.Join(", ", uncut)}.");
        }

        var manifest = new TypeManifestOptions();
        foreach (var provider in cut.Select(Assembly.Load).SelectMany(static assembly => assembly.GetCustomAttributes<TypeManifestProviderAttribute>()))
        {
            ((IConfigureOptions<TypeManifestOptions>)Activator.CreateInstance(provider.ProviderType)!).Configure(manifest);
        }

        Replace(manifest);
        return manifest;
    }

    /// <summary>Puts in what the native edition has of its own in the place of one of Orleans'.</summary>
    public static void Replace(TypeManifestOptions manifest)
    {
        manifest.Copiers.Remove(typeof(DictionaryCopier<,>));
        manifest.AddCopier(typeof(PlainDictionaryCopier<,>));
    }
}
